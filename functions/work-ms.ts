/** Two minutes less than `functionTimeout` in host.json, so that a batch ends in an answer and not in a killed worker. */
export const WORK_MS = 8 * 60_000;
