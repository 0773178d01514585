import { bad, Fault, ok, type Result } from '../core/fault.js';
import type { KeptMessage, Parked, RetryQueue } from '../core/kept.js';
import type { Clock } from '../core/ports.js';
import { decodeKept, decodeWhole, encodeClaim, encodeKept } from './kept-codec.js';
import { claimName, keptHash, refOf } from './kept-name.js';
import { fromText, textLength, toText } from './kept-text.js';
import type { MessageQueue, Outgoing, Received } from './message-queue.js';
import type { ObjectStore } from './objects.js';
import { inParallel } from './parallel.js';
import { waitOf } from './park-wait.js';
import type { Shelf, Visited } from './shelf.js';

/** A queue, where what is too long for it goes, and what else parking takes from outside. */
export interface QueueParkingOptions {
  readonly queue: MessageQueue;
  readonly claims: ObjectStore;
  readonly clock: Pick<Clock, 'now'>;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  /** A text no other claim has. */
  readonly newToken: () => string;
}

const REQUESTS_AT_ONCE = 16;

/** The bytes of a message that lie outside its queue; gone when it has been settled, for instance by another delivery. */
async function fetchClaim(claim: string, due: number, claims: ObjectStore): Promise<Result<Parked>> {
  const bytes = await claims.get(claim);
  if (bytes === undefined) {
    const text = `the bytes of a parked message are gone (${claims.place}/${claim}): it was settled already and delivered once more, or somebody deleted them`;
    return bad('park.format', text);
  }
  const whole = decodeWhole(bytes);
  return whole.ok ? ok({ kept: whole.value, due, claim }) : whole;
}

async function open(body: Uint8Array, { claims, clock }: QueueParkingOptions): Promise<Result<Parked>> {
  const decoded = decodeKept(fromText(body));
  if (!decoded.ok) return decoded;
  const { value } = decoded;
  if (value.kind === 'kept') return ok({ kept: value.kept, due: value.due ?? clock.now() });
  try {
    return await fetchClaim(value.claim, value.due, claims);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { ok: false, fault };
  }
}

/** What goes into the queue for a message: itself, or where its bytes have just been put. */
async function pack({ kept, due, claim }: Parked, options: QueueParkingOptions): Promise<Outgoing> {
  const { queue, claims, clock, newToken } = options;
  const delayMs = Math.min(queue.maxDelayMs, Math.max(0, due - clock.now()));
  if (claim !== undefined) return { text: toText(encodeClaim(claim, due)), delayMs };
  const bytes = encodeKept(kept, due);
  if (textLength(bytes.length) <= queue.maxText) return { text: toText(bytes), delayMs };
  const name = claimName(kept, newToken());
  await claims.put(name, bytes);
  return { text: toText(encodeClaim(name, due)), delayMs };
}

async function send(items: readonly Parked[], options: QueueParkingOptions): Promise<void> {
  await options.queue.send(await inParallel(items, REQUESTS_AT_ONCE, (item) => pack(item, options)));
}

/** One message of the queue as a visitor meets it. */
async function meet(received: Received, options: QueueParkingOptions): Promise<Visited> {
  const { queue, claims } = options;
  const opened = await open(received.body, options);
  const drop = async (): Promise<boolean> => {
    await queue.remove(received);
    if (opened.ok && opened.value.claim !== undefined) await claims.remove(opened.value.claim);
    return true;
  };
  if (!opened.ok) return { ref: received.id, found: opened, drop };
  const { kept, due } = opened.value;
  return { ref: refOf(keptHash(kept)), found: ok(kept), due, drop };
}

/** Shows messages to others again; one that nobody holds any more shows itself. */
async function releaseAll(held: Iterable<Received>, queue: MessageQueue): Promise<void> {
  await inParallel([...held], REQUESTS_AT_ONCE, async (received) => {
    try {
      await queue.release(received);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
  });
}

async function* visit(options: QueueParkingOptions): AsyncGenerator<readonly Visited[]> {
  const { queue } = options;
  const held = new Map<string, Received>();
  let over = false;
  const visited = async (received: Received): Promise<Visited> => {
    const { drop, ...met } = await meet(received, options);
    const dropAndForget = async (): Promise<boolean> => {
      if (over) throw new Error('a message can be dropped only while the visit lasts');
      held.delete(received.id);
      return drop();
    };
    return { ...met, drop: dropAndForget };
  };
  try {
    for (;;) {
      const batch = await queue.receive();
      // What was held too long comes again: then everything has been seen.
      const fresh = batch.filter(({ id }) => !held.has(id));
      for (const received of batch) held.set(received.id, received);
      if (fresh.length === 0) return;
      yield await inParallel(fresh, REQUESTS_AT_ONCE, visited);
    }
  } finally {
    over = true;
    await releaseAll(held.values(), queue);
  }
}

/**
 * The retry queue on a queue of a cloud. A message too long for it lies as an object, and the queue says where. Waits
 * grow with the attempts; one that is longer than the queue can delay is waited for in several turns.
 */
export function queueParking(options: QueueParkingOptions): RetryQueue & Shelf {
  const { queue, claims, clock, random } = options;
  const due = (kept: KeptMessage): number => clock.now() + waitOf(kept, random);
  return {
    place: queue.place,
    park: (items) =>
      send(
        items.map((kept) => ({ kept, due: due(kept) })),
        options,
      ),
    open: (body) => open(body, options),
    postpone: (items) => send(items, options),
    async forget({ claim }) {
      if (claim !== undefined) await claims.remove(claim);
    },
    visit: () => visit(options),
    total: () => queue.count(),
  };
}
