import { parseArgs } from 'node:util';
import { BENCHMARKS, CHECKED } from './benchmarks.js';
import { betterOf, judge, verdictText } from './check.js';
import { MANY_ROWS } from './files.js';
import type { Options, Outcome } from './outcome.js';
import { type Measurement, machine, measurementOf, readResults, writeResults } from './results.js';

const HELP = `npm run bench -- [options]: how fast, against what, and at what cost; measured side by side in one run.
npm run bench:check -- [options]: holds the ratios against the committed ones (bench/results.json).

  --only NAMES  only these benchmarks, with commas between them:
                ${Object.keys(BENCHMARKS).join(', ')}
  --json        results as JSON on standard output
  --write       put the results into bench/results.json and bench/README.md
  --check       hold the ratios against the committed ones; one that is worse is measured again
  --quick       next to no work, nothing judged: whether everything still runs and gives what it should
  --rounds N    rounds per scenario (15)
  --ms N        processor time per contender and round, milliseconds (150)
  --seconds N   of load on the HTTP door (60)
  --rows N      of the longest file whose memory is measured (${MANY_ROWS.toLocaleString('en')}); Adobe puts 5,000,000 into one
  --help        this text

bench/README.md says what each figure means. Exit status: 0 fine, 1 a target was missed or a ratio is worse, 2 wrong use.
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

/** What cannot be asked for. */
class WrongUse extends Error {}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new WrongUse(`--${name} must be a whole number above 0, not ${JSON.stringify(text)}`);
}

function namesIn(only: string | undefined, all: readonly string[]): readonly string[] {
  const names = only?.split(',') ?? all;
  const known = Object.keys(BENCHMARKS);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return known.filter((name) => names.includes(name));
  throw new WrongUse(`there is no benchmark ${JSON.stringify(unknown[0])}; there are: ${known.join(', ')}`);
}

/** Says what is measured, to somebody who waits. */
const say = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(text);
};

type Named = readonly (Outcome & { readonly name: string })[];

async function runAll(names: readonly string[], options: Options): Promise<Named> {
  const outcomes = [];
  for (const [place, name] of names.entries()) {
    say(`[${place + 1}/${names.length}] ${name}\n`);
    const outcome = await BENCHMARKS[name]?.(options);
    if (outcome) outcomes.push({ name, ...outcome });
  }
  return outcomes;
}

const prefixed = (name: string, ratios: Outcome['ratios']): Outcome['ratios'] =>
  Object.fromEntries(Object.entries(ratios).map(([key, ratio]) => [`${name}: ${key}`, ratio]));

/** The benchmark of a prefixed name. */
const benchmarkOf = (name: string): string => name.split(': ', 1)[0] ?? name;

const ratiosOf = (outcomes: Named): Outcome['ratios'] =>
  Object.assign({}, ...outcomes.map(({ name, ratios }) => prefixed(name, ratios)));

async function check(names: readonly string[], options: Options, json: boolean): Promise<number> {
  const results = await readResults();
  const committed = Object.fromEntries(
    names.flatMap((name) => Object.entries(prefixed(name, results[name]?.ratios ?? {}))),
  );
  if (Object.keys(committed).length === 0)
    throw new WrongUse(
      'bench/results.json has no ratios of these; `npm run bench -- --write` puts them there',
    );
  const first = ratiosOf(await runAll(names, options));
  const suspects = judge(committed, first).filter(({ worse }) => worse);
  const again = names.filter((name) => suspects.some((one) => benchmarkOf(one.name) === name));
  if (again.length > 0) say(`worse at first sight, measured again: ${again.join(', ')}\n`);
  const verdicts = judge(committed, betterOf(first, ratiosOf(await runAll(again, options))));
  process.stdout.write(json ? `${JSON.stringify(verdicts, null, 2)}\n` : verdictText(verdicts));
  return verdicts.some(({ worse }) => worse) ? 1 : 0;
}

function report(outcomes: Named, json: boolean): void {
  const found = Object.fromEntries(outcomes.map(({ name, results }) => [name, results]));
  if (json) process.stdout.write(`${JSON.stringify({ machine: machine(), ...found }, null, 2)}\n`);
  else for (const { text } of outcomes) process.stdout.write(`${text}\n`);
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS, allowPositionals: false });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { quick } = values;
  const options: Options = {
    rounds: quick ? 1 : count('rounds', values.rounds),
    ms: quick ? 2 : count('ms', values.ms),
    seconds: quick ? 1 : count('seconds', values.seconds),
    rows: count('rows', values.rows),
    quick,
    onScenario: (name) => say(`measuring ${name} …\n`),
  };
  if (quick && (values.write || values.check))
    throw new WrongUse('--quick measures nothing that could be written or checked');
  if (values.check) return check(namesIn(values.only, CHECKED), options, values.json);
  const outcomes = await runAll(namesIn(values.only, Object.keys(BENCHMARKS)), options);
  report(outcomes, values.json);
  if (values.write) {
    const at = new Date();
    const measured: [string, Measurement][] = outcomes.map((one) => [one.name, measurementOf(one, at)]);
    await writeResults(Object.fromEntries(measured));
  }
  const missed = quick ? [] : outcomes.flatMap((outcome) => outcome.missed);
  for (const line of missed) process.stderr.write(`${line}\n`);
  return missed.length > 0 ? 1 : 0;
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
