import { Fault } from '../core/fault.js';
import type { Clock } from '../core/ports.js';
import type { PersonState } from '../core/state.js';
import { encodeState } from './state-codec.js';

/** What a durable store takes from outside. */
export interface StoreDeps {
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  /** A text no other write has: with it a write is recognised whose answer got lost. */
  readonly newToken: () => string;
  /** Days after its last write that a person is forgotten. */
  readonly ttlDays: number;
}

/** How long a person nothing is heard of is remembered, unless a deployment says otherwise. */
export const TTL_DAYS = 400;

const DAY_SECONDS = 86_400;

/** The part of the dependencies that decides how long a state lives. */
export interface Lifetime {
  readonly clock: Pick<Clock, 'now'>;
  readonly ttlDays: number;
}

/** When what is written now expires, epoch seconds; refreshed by each write. A write may have a time to live of its own. */
export const expiryOf = ({ clock, ttlDays }: Lifetime, own = ttlDays): number =>
  Math.ceil(clock.now() / 1000) + Math.round(own * DAY_SECONDS);

/** Services remove what has expired late or never, so the one who reads judges. `expires` in epoch seconds. */
export const isExpired = (expires: number, { clock }: Pick<Lifetime, 'clock'>): boolean =>
  expires * 1000 <= clock.now();

/** The bytes of a state, or a `store.too-large` fault when the service has no room for them. */
export function encodeWithin(state: PersonState, maxBytes: number, where: string): Uint8Array {
  const bytes = encodeState(state);
  if (bytes.length <= maxBytes) return bytes;
  const text = `what is remembered of one person takes ${bytes.length} bytes packed and ${where} takes ${maxBytes}: shorten the attributes that rules read, or let fewer rows be written for one person`;
  throw new Fault('store.too-large', text);
}
