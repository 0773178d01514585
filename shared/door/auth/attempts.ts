import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../core/ports.js';
import type { DoorRequest } from '../request.js';
import type { Credentials } from './authorization.js';

/**
 * Counts wrong attempts, so that passwords cannot be guessed by trying. Only different ones count: a sender that repeats
 * the password of yesterday teaches nobody anything, and must not lock out those who know that of today.
 */
export interface Attempts {
  /** Seconds until the next attempt is looked at; undefined when it is now. */
  blocked(key: string): number | undefined;
  failed(key: string, secret: string): void;
}

/** Different wrong attempts within the window that are looked at. */
const MOST_FAILURES = 10;
const WINDOW_MS = 5 * 60_000;
/** Keys remembered; the oldest are forgotten first, so that no flood of them fills the memory. */
const MOST_KEYS = 10_000;

interface Failures {
  /** What was tried, in a form that says nothing of it. */
  readonly tried: Set<string>;
  readonly until: number;
}

/** Attempts of this process; other instances count their own. */
export function createAttempts(clock: Pick<Clock, 'now'>, mostKeys = MOST_KEYS): Attempts {
  const failures = new Map<string, Failures>();
  const salt = randomBytes(32);
  const digest = (secret: string): string =>
    createHmac('sha256', salt).update(secret).digest('base64url').slice(0, 16);
  const current = (key: string): Failures | undefined => {
    const found = failures.get(key);
    return found && found.until > clock.now() ? found : undefined;
  };
  return {
    blocked(key) {
      const found = current(key);
      if (!found || found.tried.size < MOST_FAILURES) return undefined;
      return Math.ceil((found.until - clock.now()) / 1000);
    },
    failed(key, secret) {
      const found = current(key) ?? { tried: new Set<string>(), until: clock.now() + WINDOW_MS };
      if (found.tried.size < MOST_FAILURES) found.tried.add(digest(secret));
      failures.delete(key);
      failures.set(key, found);
      const [oldest] = failures.keys();
      if (failures.size > mostKeys && oldest !== undefined) failures.delete(oldest);
    },
  };
}

/** The eight groups of an IPv6 address; those that `::` stands for are written out. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const left = tail === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0);
  return [...(before ?? []), ...Array.from({ length: Math.max(0, left) }, () => '0'), ...(after ?? [])];
}

/** One household of addresses: the address without its port, of IPv6 the half that tells networks apart. */
function networkOf(remote: string): string {
  const address = remote.replace(/^\[([^\]]*)\].*$/, '$1').toLowerCase();
  if (!address.includes(':')) return address;
  const isV4 = /^[\d.]+:\d+$/.test(address);
  if (isV4) return address.replace(/:\d+$/, '');
  return groupsOf(address)
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** Who tries: the name, if it is one we know (others share a key, or they would be without number), and from where. */
const attemptKey = (name: string | undefined, { remote }: DoorRequest): string =>
  JSON.stringify([name ?? null, networkOf(remote ?? '')]);

/** One attempt with a name and a secret. */
export interface Attempt {
  /** Seconds until it may be made; undefined when it may be made now. */
  readonly wait: number | undefined;
  /** It was wrong: gives how long to wait with the next one, if that is to be waited for. */
  failed(given: Credentials): number | undefined;
}

/**
 * An attempt by somebody; `name` is undefined for names nobody has. What is wrong counts for the name and for the network,
 * so the answers do not tell which names there are.
 */
export function attemptBy(attempts: Attempts, name: string | undefined, request: DoorRequest): Attempt {
  const [own, anybody] = [attemptKey(name, request), attemptKey(undefined, request)];
  return {
    wait: attempts.blocked(own),
    failed({ id, secret }) {
      const wait = attempts.blocked(anybody);
      for (const key of new Set([own, anybody])) attempts.failed(key, JSON.stringify([id, secret]));
      return wait;
    },
  };
}
