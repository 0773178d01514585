import { METRICS, type Measurement, type Metrics } from '../core/metrics.js';
import { dimensionText } from './dimension-text.js';

/**
 * Most metrics of one document, and most values of one metric in it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const MOST_METRICS = 100;
const MOST_VALUES = 100;

/** How the documents are written. */
export interface EmbeddedOptions {
  /** CloudWatch namespace, e.g. `tributary/prod`. */
  readonly namespace: string;
  /** Takes one line. */
  readonly write: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What goes into one document under a metric's name: at most as many values as it may have. */
interface Piece {
  readonly name: Measurement['name'];
  readonly values: readonly number[];
}

function byDimensions(measured: readonly Measurement[]): Map<string, Measurement[]> {
  const groups = new Map<string, Measurement[]>();
  for (const one of measured) {
    const key = JSON.stringify(Object.entries(one.by).sort(([a], [b]) => (a < b ? -1 : 1)));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}

/** Cut so that no document has a metric twice, too many metrics, or too many values of one. */
function piecesOf(group: readonly Measurement[]): Piece[][] {
  const values = new Map<Measurement['name'], number[]>();
  for (const one of group)
    values.set(one.name, [...(values.get(one.name) ?? []), ...one.values.filter(Number.isFinite)]);
  const documents: Piece[][] = [];
  for (const [name, all] of values)
    for (let from = 0, round = 0; from < all.length; from += MOST_VALUES, round++) {
      while ((documents[round]?.length ?? 0) >= MOST_METRICS) round++;
      documents[round] ??= [];
      documents[round]?.push({ name, values: all.slice(from, from + MOST_VALUES) });
    }
  return documents;
}

/**
 * Metrics for CloudWatch, which takes them out of the function's log: lines of JSON in the embedded metric format, one
 * for each set of dimensions. No call, no permission, no library: docs/decisions/0019.
 */
export function embeddedMetrics({ namespace, write, now }: EmbeddedOptions): Metrics {
  return {
    record(measured, batch) {
      for (const group of byDimensions(measured).values()) {
        const by = Object.entries(group[0]?.by ?? {}).map(([name, value]) => [name, dimensionText(value)]);
        for (const pieces of piecesOf(group)) {
          const Metrics = pieces.map(({ name }) => ({ Name: name, Unit: METRICS[name].unit }));
          const directive = { Namespace: namespace, Dimensions: [by.map(([name]) => name)], Metrics };
          const document = {
            _aws: { Timestamp: Math.floor(now()), CloudWatchMetrics: [directive] },
            event: 'metrics',
            batch,
            ...Object.fromEntries(by),
            ...Object.fromEntries(
              pieces.map(({ name, values }) => [name, values.length === 1 ? values[0] : values]),
            ),
          };
          write(`${JSON.stringify(document)}\n`);
        }
      }
    },
  };
}
