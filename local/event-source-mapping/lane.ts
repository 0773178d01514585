import { createHash } from 'node:crypto';
import type { HeldRecord } from './record.js';
import { type SettleDeps, settle } from './settle.js';

/** An invocation takes 6 MB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const EVENT_LIMIT = 6 * 1024 * 1024;
/** `{"Records":[]}` */
const EVENT_FRAME = 14;

/** Which of a shard's lanes a partition key belongs to: the same one, always. */
export function laneOf(partitionKey: string, lanes: number): number {
  // The end of the digest: Kinesis itself chooses the shard by its beginning.
  return lanes === 1 ? 0 : createHash('md5').update(partitionKey).digest().readUInt32BE(12) % lanes;
}

/** What decides that a batch is complete. */
export interface BatchBounds {
  readonly batchSize: number;
  readonly windowMs: number;
  readonly now: number;
  /** The shard ends here: nothing more will come to wait for. */
  readonly closed: boolean;
}

/** How many records, from the first, make the next batch; 0 while there is reason to wait for more. */
export function nextBatch(held: readonly HeldRecord[], bounds: BatchBounds): number {
  let size = EVENT_FRAME;
  let count = 0;
  for (const record of held) {
    size += record.size;
    if (count > 0 && size > EVENT_LIMIT) return count;
    count += 1;
    if (count === bounds.batchSize) return count;
  }
  const [first] = held;
  if (!first) return 0;
  return bounds.closed || bounds.now - first.readAt >= bounds.windowMs ? count : 0;
}

/** Records of some partition keys of a shard, settled one batch at a time, in order. */
export interface Lane {
  push(record: HeldRecord): void;
  /** Starts on the next batch if there is one and none is open. */
  tick(closed: boolean): void;
  /** True while a batch is open. */
  busy(): boolean;
  waiting(): number;
  /** Resolves when no batch is open. */
  ended(): Promise<void>;
}

/** Makes an empty lane. */
export function createLane(deps: SettleDeps): Lane {
  const { clock, settings, signal } = deps;
  const held: HeldRecord[] = [];
  let busy = false;
  let ended = Promise.resolve();
  const cut = (closed: boolean): readonly HeldRecord[] => {
    const { batchSize, batchWindow } = settings;
    return held.splice(
      0,
      nextBatch(held, { batchSize, windowMs: batchWindow * 1_000, now: clock.now(), closed }),
    );
  };
  const work = async (closed: boolean): Promise<void> => {
    for (let batch = cut(closed); batch.length > 0 && !signal.aborted; batch = cut(closed))
      await settle(batch, deps);
    busy = false;
  };
  return {
    push: (record) => {
      held.push(record);
    },
    tick: (closed) => {
      if (busy || held.length === 0 || signal.aborted) return;
      busy = true;
      // After a bug the lane stays busy: a shard that stands still is seen, a lost batch is not.
      ended = work(closed).catch(deps.onError);
    },
    busy: () => busy,
    waiting: () => held.length,
    ended: () => ended,
  };
}
