import { Fault } from '../core/fault.js';
import type { Clock, StateStore } from '../core/ports.js';
import { type CallLimit, type Grant, grant, type Haste } from '../core/quota.js';
import { EMPTY_STATE } from '../core/state.js';
import { backoff } from './retry.js';

/** Leave to make one call, or how long there is none; `whole` when nobody may make one, however great their haste. */
export type Leave =
  | { readonly ok: true }
  | { readonly ok: false; readonly waitMs: number; readonly whole: boolean; readonly fault: Fault };

/** Counts the calls to one connection, together with every other process that works on the same state store. */
export interface Meter {
  /**
   * Asks for one call; `next` is how many of the same haste are likely to follow at once, no more than
   * {@link MOST_AT_ONCE} of them counted. Gives up at `deadline`, epoch milliseconds. Throws a `store.*` Fault when the
   * store cannot say.
   */
  take(haste: Haste, next: number, signal: AbortSignal, deadline: number): Promise<Leave>;
  /** Per cent of the tightest limit that was left when the store was last asked; unknown before. */
  left(): number | undefined;
}

/** How long to go on asking. */
interface Until {
  readonly signal: AbortSignal;
  readonly deadline: number;
}

/** What meters are made with. */
export interface MeterDeps {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: () => number;
}

/** No person's id begins with a colon. */
const pageName = (connection: string): string => `:quota/${connection}`;

/** Calls taken at once, so that not each of them costs two round trips to the store. */
export const MOST_AT_ONCE = 50;
/** How often it is tried when others come first: of all who try at once, one always gets through. */
const ROUNDS = 64;

type Granted = Extract<Grant, { kind: 'granted' }>;

const spent = (connection: string, { waitMs, whole }: Extract<Grant, { kind: 'spent' }>): Leave => {
  const text = `"${connection}" has used up the calls that its "quota" allows; the next one is free in ${Math.ceil(waitMs / 1000)} s`;
  return { ok: false, waitMs, whole, fault: new Fault('quota.spent', text) };
};

/** The meter of one connection for one process. */
export function createMeter(connection: string, limits: readonly CallLimit[], deps: MeterDeps): Meter {
  const { store, clock, random } = deps;
  const id = pageName(connection);
  const leases = new Map<Haste, { left: number; until: number }>();
  let line: Promise<unknown> = Promise.resolve();
  let left: number | undefined;

  async function tryOnce(
    haste: Haste,
    calls: number,
    { signal, deadline }: Until,
  ): Promise<Grant | undefined> {
    const known = (await store.read([id], signal, deadline)).get(id);
    if (known && !known.ok) throw known.fault;
    const state = known?.value.state ?? EMPTY_STATE;
    const granted = grant(state, { limits, now: clock.now(), haste, calls });
    if (granted.kind === 'spent') return granted;
    const [answer] = await store.write(
      [{ id, state: granted.state, expected: known?.value.version }],
      signal,
      deadline,
    );
    if (answer?.ok) return granted;
    if (answer?.reason === 'refused') throw answer.fault;
    return undefined;
  }

  async function ask(haste: Haste, calls: number, until: Until): Promise<Grant> {
    for (let round = 1; round <= ROUNDS && clock.now() < until.deadline; round++) {
      const answer = await tryOnce(haste, calls, until);
      if (answer) return answer;
      await clock.sleep(backoff(round, { baseMs: 10, capMs: 250 }, random), until.signal);
    }
    throw new Fault('store.contended', `too many ask for calls to "${connection}" at once`);
  }

  function fromLease(haste: Haste): boolean {
    const lease = leases.get(haste);
    if (!lease || lease.left === 0 || clock.now() >= lease.until) return false;
    lease.left -= 1;
    return true;
  }

  const lend = (haste: Haste, { calls, forMs }: Granted, since: number): void =>
    void leases.set(haste, { left: calls - 1, until: since + forMs });

  async function take(haste: Haste, next: number, until: Until): Promise<Leave> {
    if (fromLease(haste)) return { ok: true };
    const since = clock.now();
    const answer = await ask(haste, Math.min(MOST_AT_ONCE, 1 + next), until);
    left = answer.left;
    if (answer.kind === 'spent') return spent(connection, answer);
    lend(haste, answer, since);
    return { ok: true };
  }

  return {
    // One after the other: those who come while somebody asks may live on what is lent then.
    take(haste, next, signal, deadline) {
      const turn = line.then(() => take(haste, next, { signal, deadline }));
      line = turn.catch(() => undefined);
      return turn;
    },
    left: () => left,
  };
}
