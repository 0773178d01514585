import type { Metrics } from '../core/metrics.js';

/** Tells nobody anything. */
export const noMetrics: Metrics = { record: () => undefined };
