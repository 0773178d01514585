import type { Result } from '../../shared/core/fault.js';

/** What came of each item: its value, or the code of its fault. */
export const summary = (results: readonly Result<unknown>[]): unknown[] =>
  results.map((result) => (result.ok ? result.value : result.fault.code));
