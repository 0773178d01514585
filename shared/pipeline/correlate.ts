import type { Log, Message, RunOptions } from '../core/ports.js';

/** What every line of a batch says besides its own: by it lines are found that belong together. */
export interface Correlation {
  readonly batch: string;
  /** What the platform calls the invocation. */
  readonly invocation?: string;
  /** Shards or partitions, where the source has any. */
  readonly partition?: string;
  /** Positions of the first and the last message. */
  readonly first?: string;
  readonly last?: string;
}

/** Where a batch comes from, by position: names of shards and sequence numbers, nothing of a message's content. */
export function correlationOf(
  batch: string,
  messages: readonly Message[],
  { invocation }: RunOptions,
): Correlation {
  const partitions = [...new Set(messages.flatMap(({ partition }) => partition ?? []))];
  const [first, last] = [messages[0]?.id, messages.at(-1)?.id];
  return {
    batch,
    ...(invocation !== undefined && { invocation }),
    ...(partitions.length > 0 && { partition: partitions.join(' ') }),
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
  };
}

/** A log whose lines all carry these fields; a line's own go before them. */
export const correlated = (log: Log, fields: Correlation): Log => ({
  write: (level, event, own) => log.write(level, event, { ...fields, ...own }),
});
