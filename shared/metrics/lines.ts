import { METRICS, type Measurement, type Metrics } from '../core/metrics.js';
import { dimensionText } from './dimension-text.js';

/** Application Insights cuts a message at 32,768 characters; this many fit with names of any length. */
const MOST_IN_LINE = 40;

/** Where the lines go, and by which clock (epoch milliseconds). */
export interface LinesOptions {
  readonly write: (line: string) => void;
  readonly now: () => number;
}

function summary({ name, by, values }: Measurement): Readonly<Record<string, unknown>> | undefined {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return undefined;
  const dimensions = Object.entries(by).map(([key, value]) => [key, dimensionText(value)]);
  return {
    name,
    unit: METRICS[name].unit,
    ...Object.fromEntries(dimensions),
    sum: known.reduce((sum, value) => sum + value, 0),
    count: known.length,
    min: known.reduce((least, value) => Math.min(least, value)),
    max: known.reduce((most, value) => Math.max(most, value)),
  };
}

/**
 * Metrics as lines of the log, event `metrics`, forty in each at most. On Azure the host turns them into rows of AppTraces,
 * where alarms and the workbook add them up: docs/decisions/0019 says why not by an SDK.
 */
export const lineMetrics = ({ write, now }: LinesOptions): Metrics => ({
  record(measured, batch) {
    const metrics = measured.flatMap((one) => summary(one) ?? []);
    for (let from = 0; from < metrics.length; from += MOST_IN_LINE) {
      const time = new Date(now()).toISOString();
      const some = metrics.slice(from, from + MOST_IN_LINE);
      write(`${JSON.stringify({ time, level: 'info', event: 'metrics', batch, metrics: some })}\n`);
    }
  },
});
