import { parseArgs } from 'node:util';
import { checkAll } from './check-run.js';
import { MANY_ROWS } from './files.js';
import { CHECKED, NAMES, type Name } from './names.js';
import type { Options } from './outcome.js';
import { jsonOf, measurementOf, peersLocked, writeResults } from './results.js';
import { type Ended, failuresOf, outcomesOf, runAll } from './run.js';
import { WrongUse } from './wrong-use.js';

const HELP = `npm run bench -- [options]: how fast, against what, and at what cost; measured side by side in one run.
npm run bench:check -- [options]: holds the ratios against the committed ones (bench/results.json).

  --only NAMES  only these benchmarks, with commas between them:
                ${NAMES.join(', ')}
  --json        results as JSON on standard output, when all have ended
  --write       put the results of each that ends into bench/results.json and bench/README.md; what fails keeps its older ones
  --check       hold the ratios against the committed ones (${CHECKED.join(', ')}); what is worse is measured again
  --quick       next to no work, nothing judged: whether everything still runs and gives what it should
  --rounds N    rounds per scenario (15)
  --ms N        processor time per contender and round, milliseconds (150)
  --seconds N   of load on the HTTP door (60)
  --rows N      of the longest file whose memory is measured (${MANY_ROWS.toLocaleString('en')}); Adobe puts 5,000,000 into one
  --help        this text

bench/README.md says what each figure means. Exit status: 0 fine, 1 a target was missed, a ratio is worse or a benchmark failed,
2 wrong use, 130 interrupted.
`;

const OPTIONS = {
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '15' },
  ms: { type: 'string', default: '150' },
  seconds: { type: 'string', default: '60' },
  rows: { type: 'string', default: `${MANY_ROWS}` },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new WrongUse(`--${name} must be a whole number above 0, not ${JSON.stringify(text)}`);
}

function namesIn(only: string | undefined, all: readonly Name[]): readonly Name[] {
  const names: readonly string[] = only?.split(',') ?? all;
  const unknown = names.filter((name) => !NAMES.some((one) => one === name));
  if (unknown.length === 0) return NAMES.filter((name) => names.includes(name));
  throw new WrongUse(`there is no benchmark ${JSON.stringify(unknown[0])}; there are: ${NAMES.join(', ')}`);
}

/** Says what is measured, to somebody who waits. */
const say = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`${text} …\n`);
};

/** A target that was missed, in a line that says of which benchmark. */
const missedBy =
  (name: Name) =>
  (text: string): string =>
    `MISSED ${text.startsWith(`${name}: `) ? text : `${name}: ${text}`}`;

interface How {
  readonly json: boolean;
  readonly write: boolean;
  readonly quick: boolean;
}

async function report(
  names: readonly Name[],
  options: Options,
  { json, write, quick }: How,
): Promise<number> {
  if (quick) process.stderr.write('--quick: everything runs once, and no figure below means anything\n');
  const locked = await peersLocked();
  const at = new Date();
  // As each of them ends: what fails later, or an interrupt, takes nothing away.
  const onEnd = async (ended: Ended): Promise<void> => {
    for (const line of failuresOf([ended])) process.stderr.write(`${line}\n`);
    if (!('outcome' in ended)) return;
    if (!json) process.stdout.write(`${ended.outcome.text}\n`);
    if (write) await writeResults({ [ended.name]: measurementOf(ended.name, ended.outcome, at, locked) });
  };
  const all = await runAll(names, options, onEnd);
  const outcomes = outcomesOf(all);
  const missed = quick ? [] : outcomes.flatMap(([name, outcome]) => outcome.missed.map(missedBy(name)));
  const failed = failuresOf(all);
  const measured = outcomes.map(([name, outcome]) => [name, measurementOf(name, outcome, at, locked)]);
  if (json) process.stdout.write(jsonOf({ measured: Object.fromEntries(measured), missed, failed }));
  for (const line of [...missed, ...failed]) process.stderr.write(`${line}\n`);
  return missed.length + failed.length > 0 ? 1 : 0;
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS, allowPositionals: false });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { quick, write, check, json, only } = values;
  const options: Options = {
    rounds: quick ? 1 : count('rounds', values.rounds),
    ms: quick ? 2 : count('ms', values.ms),
    seconds: quick ? 1 : count('seconds', values.seconds),
    rows: count('rows', values.rows),
    quick,
    onScenario: say,
  };
  if (quick && (write || check))
    throw new WrongUse('--quick measures nothing that could be written or checked');
  if (write && check)
    throw new WrongUse('--check holds against what is committed and --write replaces it: one of the two');
  if (check) return checkAll(namesIn(only, CHECKED), options, json);
  return report(namesIn(only, NAMES), options, { json, write, quick });
}

const isWrongUse = (error: unknown): boolean =>
  error instanceof WrongUse ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!isWrongUse(error)) throw error;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exitCode = 2;
}
