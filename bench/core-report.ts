import { apart } from './apart.js';
import { type CoreResult, SIZES } from './core.js';
import { type Options, type Outcome, ratioText } from './outcome.js';
import { benchScale } from './scale.js';

/** Ratio to the limit that a scenario must reach; `always news`, which has none, is shown for what events cost at most. */
const TARGETS: ReadonlyMap<string, number> = new Map([
  ['small', 0.7],
  ['typical', 0.7],
  ['large', 0.7],
  ['typical, 1,000 rules', 0.6],
]);

const isMissed = ({ name, ratio }: CoreResult): boolean => ratio.median < (TARGETS.get(name) ?? 0);

function row({ name, bytes, fieldsPerEvent, contenders, ratio }: CoreResult): string {
  const rates = contenders.map(
    ({ name: who, median }) => `${who} ${Math.round(median * 64).toLocaleString('en')}/s`,
  );
  return `${name.padEnd(28)} ${String(bytes).padStart(6)} B  ${fieldsPerEvent} fields  ratio ${ratioText(ratio)}  ${rates.join(', ')}\n`;
}

/** The core against its limit, judged. */
export async function core(options: Options): Promise<Outcome> {
  const { rounds, ms, onScenario } = options;
  const results: CoreResult[] = [];
  for (const { name } of SIZES) {
    onScenario(`core, ${name}`);
    results.push(await apart({ kind: 'core', name, rounds, ms }));
  }
  const targets = [...TARGETS].map(([name, target]) => `${name} ${target.toFixed(2)}`).join('; ');
  const head = `core against base64 + JSON.parse of the same bytes (target: ratio of at least: ${targets})\n`;
  return {
    results,
    text: head + results.map(row).join(''),
    missed: results
      .filter(isMissed)
      .map(({ name, ratio }) => `${name}: ratio ${ratio.median.toFixed(3)} is below ${TARGETS.get(name)}`),
    ratios: Object.fromEntries(results.map(({ name, ratio }) => [name, ratio])),
  };
}

/** Of an event that two rules concern, the rest of the file should cost next to nothing. */
const SCALE_TARGET = 0.7;

/** Many rules against few, judged. */
export async function scale(options: Options): Promise<Outcome> {
  options.onScenario('scale');
  const results = benchScale(options);
  const ratio = ratioText(results.ratio);
  return {
    results,
    text: `an event that two rules concern, 1,000 rules in the file against 10: ratio ${ratio} (target: at least ${SCALE_TARGET})\n`,
    missed:
      results.ratio.median < SCALE_TARGET
        ? [`scale: ratio ${ratio} is below the target of ${SCALE_TARGET}`]
        : [],
    ratios: { '1,000 rules against 10': results.ratio },
  };
}
