import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchCore, type CoreResult } from './core.js';

const HELP = `npm run bench -- [options]: the core's speed as a share of its limit, measured side by side in one run.

  --only NAME   only this benchmark (core)
  --json        results as JSON on standard output
  --rounds N    rounds per scenario (15)
  --ms N        time per contender and round, milliseconds (150)
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
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

function row({ name, bytes, fieldsPerEvent, contenders, ratio }: CoreResult): string {
  const rates = contenders.map(
    ({ name: who, median }) => `${who} ${Math.round(median * 64).toLocaleString('en')}/s`,
  );
  const spread = `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}`;
  return `${name.padEnd(28)} ${String(bytes).padStart(6)} B  ${fieldsPerEvent} fields  ratio ${ratio.median.toFixed(2)} (${spread})  ${rates.join(', ')}\n`;
}

function main(args: string[]): number {
  const { values } = parseArgs({ args, options: OPTIONS, allowPositionals: false });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.only !== undefined && values.only !== 'core') {
    process.stderr.write(`there is no benchmark ${JSON.stringify(values.only)}; there is: core\n`);
    return 2;
  }
  const results = benchCore({
    rounds: Number(values.rounds),
    ms: Number(values.ms),
    onScenario: (name) => process.stderr.write(`measuring ${name} …\n`),
  });
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  const summary = { machine, target: TARGET, core: results };
  if (values.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else {
    process.stdout.write(
      `core against base64 + JSON.parse of the same bytes (target: ratio of at least ${TARGET} for ${[...TARGETED].join(', ')})\n`,
    );
    for (const result of results) process.stdout.write(row(result));
  }
  const missed = results.filter(({ name, ratio }) => TARGETED.has(name) && ratio.median < TARGET);
  for (const { name, ratio } of missed) {
    process.stderr.write(`${name}: ratio ${ratio.median.toFixed(3)} is below the target of ${TARGET}\n`);
  }
  return missed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exitCode = 2;
}
