import type { Fault } from '../core/fault.js';
import type { KeptMessage, RetryQueue } from '../core/kept.js';
import type { Clock, EndingName, Pipeline } from '../core/ports.js';
import type { Visited } from '../stores/shelf.js';
import { emptyEndings } from './ledger.js';
import { oldestFirst, toMessage } from './replay.js';

/** What came of a replay so far. */
export interface Tally {
  /** Kept messages that were tried, or put into the retry queue. */
  replayed: number;
  readonly endings: Record<EndingName, number>;
  requeued: number;
  /** Gone from where they were kept. */
  dropped: number;
  /** Still where they were: held, or kept again. */
  left: number;
  /** Nothing that can be tried could be made of them. */
  unreadable: number;
  /** Why the replay ended before its time. */
  stopped: string | undefined;
}

/** Nothing tried yet. */
export const emptyTally = (): Tally => ({
  replayed: 0,
  endings: emptyEndings(),
  requeued: 0,
  dropped: 0,
  left: 0,
  unreadable: 0,
  stopped: undefined,
});

/** How kept messages are tried again: here, or by putting them into the retry queue of the deployment. */
export type Way =
  | { readonly kind: 'here'; readonly pipeline: Pipeline }
  | { readonly kind: 'requeue'; readonly parking: RetryQueue };

/** What a replay needs. */
export interface KeptReplayDeps {
  readonly way: Way;
  /** Opens what a dead letter of an unreadable parked message holds. */
  readonly parking: RetryQueue;
  readonly clock: Clock;
  /** Records a second. */
  readonly rate: number;
  readonly progress: (tally: Tally) => void;
}

interface Item {
  readonly visited: Visited;
  readonly kept: KeptMessage;
}

const MOST_AT_ONCE = 50;

/** Records that are run together: as many as a second allows, so that the target gets batches. */
const batchSize = (rate: number): number => Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(rate)));

/** A dead letter begins anew: whoever replays it has mended something, so its past attempts say nothing. */
function anew({ attempts: _, firstSeen: __, afterMs: ___, ...kept }: KeptMessage, at: number): KeptMessage {
  return { ...kept, at, attempts: 0, firstSeen: at };
}

/** What is to be tried: of a parked message that could not be read once, the message within, now that it may be read. */
async function toTry(visited: Visited, { parking, clock }: KeptReplayDeps): Promise<KeptMessage | undefined> {
  const { found, due } = visited;
  if (!found.ok) return undefined;
  const kept = found.value;
  if (kept.fault.code !== 'park.format') return due === undefined ? anew(kept, clock.now()) : kept;
  const { body } = kept.message;
  const within = body instanceof Uint8Array ? await parking.open(body) : undefined;
  return within?.ok ? anew(within.value.kept, clock.now()) : undefined;
}

async function drop({ visited }: Item, tally: Tally): Promise<void> {
  if (await visited.drop()) tally.dropped++;
  else tally.left++;
}

async function runHere(items: readonly Item[], pipeline: Pipeline, tally: Tally): Promise<void> {
  const messages = items.map(({ kept }) => toMessage(kept));
  // What cannot be settled stays where it is: that is as good as a stream which delivers again.
  const settlements = await pipeline.run(messages, { redelivers: true });
  let held: Fault | undefined;
  for (const [i, item] of items.entries()) {
    const settlement = settlements[i];
    for (const { name, fault } of settlement?.endings ?? []) {
      tally.endings[name]++;
      if (name === 'held') held = fault;
    }
    if (settlement?.settled && settlement.endings.length > 0) await drop(item, tally);
    else tally.left++;
  }
  const all = settlements.every(({ settled }) => !settled);
  if (all && held) tally.stopped = `${held.code}: ${held.message}`;
}

async function requeue(items: readonly Item[], parking: RetryQueue, tally: Tally): Promise<void> {
  await parking.park(items.map(({ kept }) => kept));
  tally.requeued += items.length;
  for (const item of items) await drop(item, tally);
}

async function runSome(items: readonly Item[], tally: Tally, deps: KeptReplayDeps): Promise<void> {
  const { way, clock, rate } = deps;
  const begun = clock.now();
  if (way.kind === 'here') await runHere(items, way.pipeline, tally);
  else await requeue(items, way.parking, tally);
  tally.replayed += items.length;
  deps.progress(tally);
  const wait = begun + (items.length / rate) * 1_000 - clock.now();
  if (wait > 0) await clock.sleep(wait);
}

/** Tries kept messages again, in batches as the rate allows, and lets go of those that are settled. */
export async function replayKept(
  some: readonly Visited[],
  tally: Tally,
  deps: KeptReplayDeps,
  stop: AbortSignal,
): Promise<void> {
  const items: Item[] = [];
  for (const visited of some) {
    const kept = await toTry(visited, deps);
    if (kept) items.push({ visited, kept });
    else tally.unreadable++;
  }
  items.sort((a, b) => oldestFirst(a.kept, b.kept));
  const size = batchSize(deps.rate);
  for (let at = 0; at < items.length && !tally.stopped && !stop.aborted; at += size)
    await runSome(items.slice(at, at + size), tally, deps);
}
