import type { Result } from '../core/fault.js';

/** One record of a file, or why there is none, and where it begins: line from 1, offset in bytes from 0. */
export interface Found {
  readonly line: number;
  readonly offset: number;
  /** One profile export as it was parsed. */
  readonly item: Result<unknown>;
}
