import fc from 'fast-check';
import {
  type Dimensions,
  DOORS,
  METRICS,
  type Measurement,
  type MetricName,
} from '../../shared/core/metrics.js';
import { ENDINGS } from '../../shared/core/ports.js';

/** Names that a rule file could give to a connection, and worse. */
const hostileName = fc.oneof(
  fc.constantFrom('sales', '', ':sales', ' ', '__proto__', 'Ümläut', '_aws', 'a\nb', '"}'),
  fc.string({ unit: 'binary', maxLength: 2000 }),
);

const value = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);

const oneOf = (name: MetricName): fc.Arbitrary<Measurement> => {
  const by = {
    Door: fc.constantFrom(...DOORS),
    Ending: fc.constantFrom(...ENDINGS),
    Connection: hostileName,
    Code: fc.constantFrom('remote.quota' as const, 'quota.spent' as const),
  };
  const own = Object.fromEntries(METRICS[name].by.map((dimension) => [dimension, by[dimension]]));
  return fc.record({
    name: fc.constant(name),
    // The dimensions of this metric, each from its own list.
    by: fc.record(own) as fc.Arbitrary<Partial<Dimensions>>,
    values: fc.array(value, { maxLength: 250 }),
  });
};

// Object.keys of a closed list gives its keys.
const names = Object.keys(METRICS) as MetricName[];

/** What a batch might come to, in any order and number. */
export const anyMeasurements = fc.array(fc.oneof(...names.map(oneOf)), { maxLength: 60 });

/** The sum of all numbers that can be told, by metric. */
export function sumsOf(measured: readonly Measurement[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, values } of measured)
    for (const one of values.filter(Number.isFinite)) sums[name] = (sums[name] ?? 0) + one;
  return sums;
}
