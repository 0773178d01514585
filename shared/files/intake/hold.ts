import type { Clock } from '../../core/ports.js';
import type { Pages } from './page.js';

/** A page that somebody may have to themselves for a while. */
export interface Leased {
  /** `until` in epoch milliseconds. */
  readonly lease?: { readonly by: string; readonly until: number } | undefined;
}

/** Longest time between two savings of a page that is worked on, milliseconds. After a crash others wait as long. */
export const LEASE_MS = 300_000;
/** Kept back of the lease for the answers of what is under way, milliseconds. */
const MARGIN_MS = 60_000;

/** Somebody else has taken over, or changed the page: what was to be saved is not. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

/** A page that is ours until the lease runs out. Saving renews the lease; it throws {@link Lost} when it was not ours. */
export interface Hold<T> {
  readonly value: T;
  /** Epoch milliseconds by which work that ends in a saving must be done. */
  readonly safeUntil: number;
  save(value: T): Promise<void>;
  /** Saves for the last time and gives the lease back. */
  release(value: T): Promise<void>;
}

/** Who holds, and by which clock. */
export interface Holder {
  readonly by: string;
  readonly now: () => number;
}

/** Ours; or somebody else's for so long, milliseconds. */
export type Taken<T> =
  | { readonly kind: 'ours'; readonly hold: Hold<T> }
  | { readonly kind: 'busy'; readonly afterMs: number };

/**
 * Takes the lease of a page, made of `fresh` when there is none. Nobody else can hold it while it is ours: every saving
 * depends on the version of the last one.
 */
export async function takeHold<T extends Leased>(
  pages: Pages<T>,
  id: string,
  fresh: () => T,
  { by, now }: Holder,
): Promise<Taken<T>> {
  const page = await pages.read(id);
  let version = page.version;
  let value = page.value ?? fresh();
  let until = 0;
  const other = value.lease;
  if (other && other.by !== by && other.until > now()) return { kind: 'busy', afterMs: other.until - now() };
  const write = async (next: T): Promise<void> => {
    const written = await pages.write(id, next, version);
    if (written === undefined) throw new Lost('somebody else works on the same file');
    version = written;
    value = next;
    until = next.lease?.until ?? 0;
  };
  const hold: Hold<T> = {
    get value() {
      return value;
    },
    get safeUntil() {
      return until - MARGIN_MS;
    },
    save: (next) => write({ ...next, lease: { by, until: now() + LEASE_MS } }),
    release: (next) => write({ ...next, lease: undefined }),
  };
  try {
    await hold.save(value);
  } catch (error) {
    if (error instanceof Lost) return { kind: 'busy', afterMs: MARGIN_MS };
    throw error;
  }
  return { kind: 'ours', hold };
}

/** Gives a lease back after a failure nobody has foreseen, so that the next one need not wait for it to run out; throws that. */
export async function giveBack<T>(hold: Hold<T>, error: unknown): Promise<never> {
  // A lease that is lost, or a store that does not answer: the failure that was first says more.
  if (!(error instanceof Lost)) await hold.release(hold.value).catch(() => undefined);
  throw error;
}

/** How often the lease is renewed while nothing else is saved, milliseconds. */
const RENEW_MS = 60_000;

/** Renews a lease when it is time to: called again and again by whoever works for long without saving. */
export function renewing<T>(hold: Hold<T>, clock: Pick<Clock, 'now'>): () => Promise<void> {
  let saved = clock.now();
  return async () => {
    if (clock.now() - saved < RENEW_MS) return;
    saved = clock.now();
    await hold.save(hold.value);
  };
}
