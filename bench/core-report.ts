import { benchCore, type CoreResult } from './core.js';
import type { Options, Outcome } from './outcome.js';
import { benchScale } from './scale.js';

/** Ratio to the limit that each scenario must reach; `always news` is shown for what a batch evaluation costs. */
const TARGET = 0.6;
const TARGETED = new Set(['small', 'typical', 'large']);

function row({ name, bytes, fieldsPerEvent, contenders, ratio }: CoreResult): string {
  const rates = contenders.map(
    ({ name: who, median }) => `${who} ${Math.round(median * 64).toLocaleString('en')}/s`,
  );
  const spread = `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}`;
  return `${name.padEnd(28)} ${String(bytes).padStart(6)} B  ${fieldsPerEvent} fields  ratio ${ratio.median.toFixed(2)} (${spread})  ${rates.join(', ')}\n`;
}

/** The core against its limit, judged. */
export async function core(options: Options): Promise<Outcome> {
  const results = benchCore(options);
  const head = `core against base64 + JSON.parse of the same bytes (target: ratio of at least ${TARGET} for ${[...TARGETED].join(', ')})\n`;
  return {
    results,
    text: head + results.map(row).join(''),
    missed: results
      .filter(({ name, ratio }) => TARGETED.has(name) && ratio.median < TARGET)
      .map(({ name, ratio }) => `${name}: ratio ${ratio.median.toFixed(3)} is below the target of ${TARGET}`),
    ratios: Object.fromEntries(results.map(({ name, ratio }) => [name, ratio])),
  };
}

/** Of an event that two rules concern, the rest of the file should cost next to nothing. */
const SCALE_TARGET = 0.7;

/** Many rules against few, judged. */
export async function scale(options: Options): Promise<Outcome> {
  options.onScenario('scale');
  const results = benchScale(options);
  const { median, min, max } = results.ratio;
  const ratio = `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`;
  return {
    results,
    text: `an event that two rules concern, 1,000 rules in the file against 10: ratio ${ratio} (target: at least ${SCALE_TARGET})\n`,
    missed: median < SCALE_TARGET ? [`scale: ratio ${ratio} is below the target of ${SCALE_TARGET}`] : [],
    ratios: { '1,000 rules against 10': results.ratio },
  };
}
