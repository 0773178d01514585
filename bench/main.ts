import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchBundles, bundlesMissed, bundlesText } from './bundles.js';
import { benchCore, type CoreResult } from './core.js';
import { billsOf, costText, EXAMPLE } from './cost.js';
import { measure } from './cost-measured.js';
import { benchDoor } from './door.js';
import { doorText, missedBy } from './door-report.js';
import { benchFiles, filesMissed, filesText } from './files.js';
import type { Comparison } from './rounds.js';
import { benchScale } from './scale.js';

const HELP = `npm run bench -- [options]: the core's speed as a share of its limit, measured side by side in one run.

  --only NAME   only this benchmark (core, scale, door, files, cost, bundles)
  --json        results as JSON on standard output
  --rounds N    rounds per scenario (15)
  --ms N        time per contender and round, milliseconds (150)
  --seconds N   of load on the HTTP door (60)
  --help        this text

Exit status: 0 fine, 1 a target was missed, 2 wrong use.
`;

/** Ratio to the limit that each scenario must reach; `always news` is shown for what a batch evaluation costs. */
const TARGET = 0.6;
const TARGETED = new Set(['small', 'typical', 'large']);

const OPTIONS = {
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '15' },
  ms: { type: 'string', default: '150' },
  seconds: { type: 'string', default: '60' },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

interface Options {
  readonly rounds: number;
  readonly ms: number;
  readonly seconds: number;
  readonly onScenario: (name: string) => void;
}

/** What a benchmark found: for machines, for people, and the targets it missed. */
interface Outcome {
  readonly results: unknown;
  readonly text: string;
  readonly missed: readonly string[];
}

const BENCHMARKS: Readonly<Record<string, (options: Options) => Outcome | Promise<Outcome>>> = {
  core,
  scale,
  door,
  files,
  cost,
  bundles,
};

function row({ name, bytes, fieldsPerEvent, contenders, ratio }: CoreResult): string {
  const rates = contenders.map(
    ({ name: who, median }) => `${who} ${Math.round(median * 64).toLocaleString('en')}/s`,
  );
  const spread = `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}`;
  return `${name.padEnd(28)} ${String(bytes).padStart(6)} B  ${fieldsPerEvent} fields  ratio ${ratio.median.toFixed(2)} (${spread})  ${rates.join(', ')}\n`;
}

function core(options: Options): Outcome {
  const results = benchCore(options);
  const head = `core against base64 + JSON.parse of the same bytes (target: ratio of at least ${TARGET} for ${[...TARGETED].join(', ')})\n`;
  return {
    results,
    text: head + results.map(row).join(''),
    missed: results
      .filter(({ name, ratio }) => TARGETED.has(name) && ratio.median < TARGET)
      .map(({ name, ratio }) => `${name}: ratio ${ratio.median.toFixed(3)} is below the target of ${TARGET}`),
  };
}

/** Of an event that two rules concern, the rest of the file should cost next to nothing. */
const SCALE_TARGET = 0.7;

function scale(options: Options): Outcome {
  options.onScenario('scale');
  const results: Comparison = benchScale(options);
  const { median, min, max } = results.ratio;
  const ratio = `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`;
  return {
    results,
    text: `an event that two rules concern, 1,000 rules in the file against 10: ratio ${ratio} (target: at least ${SCALE_TARGET})\n`,
    missed: median < SCALE_TARGET ? [`scale: ratio ${ratio} is below the target of ${SCALE_TARGET}`] : [],
  };
}

async function door(options: Options): Promise<Outcome> {
  options.onScenario('the HTTP door');
  const results = await benchDoor(options.seconds);
  return { results, text: doorText(results), missed: missedBy(results) };
}

async function files(options: Options): Promise<Outcome> {
  const results = await benchFiles(options);
  return { results, text: filesText(results), missed: filesMissed(results) };
}

/** Holds the example of docs/operations.md against what is measured here. */
async function cost(options: Options): Promise<Outcome> {
  options.onScenario('cost');
  const { cpuMicros, stateBytes, megabytes } = await measure(options.rounds);
  const work = { ...EXAMPLE, cpuMicros, state: stateBytes / 1000 };
  const head = `measured: ${Math.round(cpuMicros)} µs of processor time an event, a state of ${stateBytes} bytes, ${Math.round(megabytes)} MB at most\n`;
  const tooSlow = cpuMicros > EXAMPLE.cpuMicros;
  return {
    results: { measured: { cpuMicros, stateBytes, megabytes }, bills: billsOf(work) },
    text: `${head}\n${costText(work)}`,
    missed: tooSlow
      ? [`cost: an event takes ${Math.round(cpuMicros)} µs, the sums allow ${EXAMPLE.cpuMicros}`]
      : [],
  };
}

async function bundles({ rounds, onScenario }: Options): Promise<Outcome> {
  onScenario('the bundles of the functions');
  const results = await benchBundles(rounds);
  return { results, text: bundlesText(results), missed: bundlesMissed(results) };
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS, allowPositionals: false });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { only } = values;
  if (only !== undefined && !(only in BENCHMARKS)) {
    process.stderr.write(
      `there is no benchmark ${JSON.stringify(only)}; there are: ${Object.keys(BENCHMARKS).join(', ')}\n`,
    );
    return 2;
  }
  const options = {
    rounds: Number(values.rounds),
    ms: Number(values.ms),
    seconds: Number(values.seconds),
    onScenario: (name: string): void => void process.stderr.write(`measuring ${name} …\n`),
  };
  const outcomes = [];
  for (const [name, run] of Object.entries(BENCHMARKS))
    if (only === undefined || name === only) outcomes.push({ name, ...(await run(options)) });
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  const found = Object.fromEntries(outcomes.map(({ name, results }) => [name, results]));
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, ...found }, null, 2)}\n`);
  else for (const { text } of outcomes) process.stdout.write(text);
  const missed = outcomes.flatMap((outcome) => outcome.missed);
  for (const line of missed) process.stderr.write(`${line}\n`);
  return missed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exitCode = 2;
}
