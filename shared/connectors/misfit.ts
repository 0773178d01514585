import type { Operation } from '../core/remote.js';

/** An action of a rule, as far as it is known before any record comes. */
export interface ActionSketch {
  readonly operation: Operation;
  readonly object: string;
  /** Of `add to` and `remove from`. */
  readonly list: string | undefined;
  /** Fields it matches on, and fields it writes. */
  readonly match: readonly string[];
  readonly set: readonly string[];
  /** What every value that it matches on holds, whatever the record: the texts of templates. */
  readonly matchText: string;
}

/** What a connector would refuse of every action like it, and which member of the action is to blame. */
export interface Misfit {
  readonly at: 'match' | 'set' | 'list' | 'operation';
  readonly message: string;
}

/** Finds what a connector would refuse for good, whatever the record. `connection` is as it stands in the file. */
export type FindMisfit = (
  connection: Readonly<Record<string, unknown>>,
  action: ActionSketch,
) => Misfit | undefined;
