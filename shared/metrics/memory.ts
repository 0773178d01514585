import type { Dimensions, Measurement, MetricName, Metrics } from '../core/metrics.js';

/** Metrics of this process, for tests and consoles. */
export interface MemoryMetrics extends Metrics {
  /** Every value of a metric, oldest first; with `by` only those with these dimensions. */
  valuesOf(name: MetricName, by?: Readonly<Partial<Dimensions>>): readonly number[];
}

const has = (one: Measurement, by: Readonly<Partial<Dimensions>>): boolean =>
  // Entries of Partial<Dimensions>, so its own keys.
  (Object.keys(by) as (keyof Dimensions)[]).every((name) => one.by[name] === by[name]);

/** Remembers the latest `keep` measurements. */
export function memoryMetrics(keep = 10_000): MemoryMetrics {
  let all: Measurement[] = [];
  return {
    record(measured) {
      all = [...all, ...measured].slice(-keep);
    },
    valuesOf: (name, by = {}) =>
      all.filter((one) => one.name === name && has(one, by)).flatMap(({ values }) => values),
  };
}

const provided = new Map<string, Metrics>();

/** Makes metrics known by a name, so that functions of this process can be told to report to them. */
export function provideMetrics(name: string, metrics: Metrics): void {
  provided.set(name, metrics);
}

/** What was provided by that name, if anything was. */
export const metricsNamed = (name: string): Metrics | undefined => provided.get(name);
