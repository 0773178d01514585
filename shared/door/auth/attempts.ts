import type { Clock } from '../../core/ports.js';
import type { DoorRequest } from '../request.js';

/** Counts wrong attempts, so that passwords cannot be guessed by trying. */
export interface Attempts {
  /** Seconds until the next attempt is looked at; undefined when it is now. */
  blocked(key: string): number | undefined;
  failed(key: string): void;
}

/** Wrong attempts within the window that are looked at. */
const MOST_FAILURES = 10;
const WINDOW_MS = 5 * 60_000;
/** Keys remembered; the oldest are forgotten first, so that no flood of them fills the memory. */
const MOST_KEYS = 10_000;

/** Attempts of this process; other instances count their own. */
export function createAttempts(clock: Pick<Clock, 'now'>, mostKeys = MOST_KEYS): Attempts {
  const failures = new Map<string, { count: number; readonly until: number }>();
  const current = (key: string) => {
    const found = failures.get(key);
    return found && found.until > clock.now() ? found : undefined;
  };
  return {
    blocked(key) {
      const found = current(key);
      if (!found || found.count < MOST_FAILURES) return undefined;
      return Math.ceil((found.until - clock.now()) / 1000);
    },
    failed(key) {
      const found = current(key) ?? { count: 0, until: clock.now() + WINDOW_MS };
      found.count += 1;
      failures.delete(key);
      failures.set(key, found);
      const [oldest] = failures.keys();
      if (failures.size > mostKeys && oldest !== undefined) failures.delete(oldest);
    },
  };
}

/** One household of addresses: the address without its port, of IPv6 the half that tells networks apart. */
function networkOf(remote: string): string {
  const address = remote.replace(/^\[([^\]]*)\].*$/, '$1');
  if (!address.includes(':')) return address;
  const isV4 = /^[\d.]+:\d+$/.test(address);
  return isV4 ? address.replace(/:\d+$/, '') : address.split(':').slice(0, 4).join(':');
}

/** Who tries: the name, if it is one we know (others share a key, or they would be without number), and from where. */
export const attemptKey = (name: string | undefined, { remote }: DoorRequest): string =>
  JSON.stringify([name ?? null, networkOf(remote ?? '')]);
