import type { AmqpError } from 'rhea';
import { outranked, stolen, tooManyReaders } from './amqp-errors.js';

/** Readers without epoch that one partition takes per consumer group. */
export const READER_LIMIT = 5;

/** What admission looks at. */
export interface Claim {
  readonly name: string;
  /** Owner level; undefined for a reader that shares the partition. */
  readonly epoch: number | undefined;
}

/** Whether a reader may join, and whom it pushes out. */
export type Admission<R> =
  | { readonly ok: true; readonly evicted: readonly { readonly reader: R; readonly error: AmqpError }[] }
  | { readonly ok: false; readonly error: AmqpError };

/** Applies the epoch rules: the newest of equal or higher epoch owns the partition alone. */
export function admit<R extends Claim>(newcomer: Claim, present: readonly R[]): Admission<R> {
  const highest = Math.max(...present.map(({ epoch }) => epoch ?? Number.NEGATIVE_INFINITY));
  const { epoch } = newcomer;
  if (epoch === undefined) {
    if (Number.isFinite(highest)) return { ok: false, error: outranked(-1, highest) };
    return present.length < READER_LIMIT
      ? { ok: true, evicted: [] }
      : {
          ok: false,
          error: tooManyReaders(
            READER_LIMIT,
            present.map(({ name }) => name),
          ),
        };
  }
  if (highest > epoch) return { ok: false, error: outranked(epoch, highest) };
  return {
    ok: true,
    evicted: present.map((reader) => ({ reader, error: stolen(reader.epoch ?? -1, epoch) })),
  };
}
