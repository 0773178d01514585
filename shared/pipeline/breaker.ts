import type { Fault } from '../core/fault.js';

/** What a chunk that was let through says about its connection. */
export type Sign =
  /** The target read it, whatever it said about the rows. */
  | { readonly kind: 'answered' }
  /** The connection failed as a whole; `afterMs` is the wait the target asked for. */
  | { readonly kind: 'down'; readonly fault: Fault; readonly afterMs?: number; readonly requestId?: string }
  /** Rows failed in a way that may be their own fault or the target's. */
  | { readonly kind: 'failing'; readonly fault: Fault; readonly weight: number; readonly requestId?: string }
  /** Nothing was sent after all. */
  | { readonly kind: 'untried' };

/** What becomes of a breaker: `reopened` after a probe in vain. */
export type Change = 'opened' | 'reopened' | 'closed';

/** Leave to send one chunk. A probe is the only one under way. */
export interface Pass {
  readonly kind: 'free' | 'probe';
}

/** Nothing may be sent before `until` (epoch milliseconds), because of what opened the breaker. */
export interface Shut {
  readonly kind: 'shut';
  readonly fault: Fault;
  readonly until: number;
}

/**
 * Keeps a process from asking a connection that has failed as a whole. It opens at the first such failure, lets one
 * chunk through after a wait, and closes when that is answered. Why not a library: docs/decisions/0006.
 */
export interface Breaker {
  /** What a chunk would meet now: `due` means that it would be the probe. */
  look(): Shut | { readonly kind: 'free' | 'due' };
  /** Asks to send one chunk. Whoever gets a pass must report on it, also when it comes to nothing. */
  enter(): Pass | Shut;
  /** Takes in what came of a pass; gives the change of state, if there was one. */
  report(pass: Pass, sign: Sign): Change | undefined;
  /** The target wants to be left alone for `ms`, even by those who have a pass. */
  rest(ms: number): void;
  /** How much of that is left, milliseconds. */
  resting(): number;
}

/** Waits when the target names none: they double with each probe in vain. Milliseconds. */
const FIRST_MS = 5_000;
const LAST_MS = 60_000;
/** The longest wait of all: a date that is wrong must not shut a connection for good. */
const MOST_MS = 3_600_000;
/** So much suspicion, with nothing answered in between, is a connection that is down. */
const STRIKES = 10;

interface Open {
  readonly fault: Fault;
  readonly until: number;
  /** How often it opened in a row. */
  readonly rounds: number;
  readonly probe: Pass | undefined;
}

/** Half of our own wait is random, and up to a tenth is added to the target's: many processes share a target. */
function waitOf(afterMs: number, rounds: number, random: number): number {
  const own = Math.min(LAST_MS, FIRST_MS * 2 ** (rounds - 1)) * (0.5 + random / 2);
  return Math.round(Math.min(MOST_MS, Math.max(own, afterMs * (1 + random / 10))));
}

/** Makes a closed one. `now` gives epoch milliseconds, `random` a number in [0, 1). */
export function createBreaker(deps: { now: () => number; random: () => number }): Breaker {
  let strikes = 0;
  let open: Open | undefined;
  let restUntil = 0;

  const shut = (fault: Fault, afterMs = 0): Change => {
    const change = open ? 'reopened' : 'opened';
    const rounds = (open?.rounds ?? 0) + 1;
    const until = deps.now() + waitOf(afterMs, rounds, deps.random());
    open = { fault, until, rounds, probe: undefined };
    return change;
  };
  const afterProbe = (sign: Sign): Change | undefined => {
    if (sign.kind === 'down') return shut(sign.fault, sign.afterMs);
    if (sign.kind === 'failing') return shut(sign.fault);
    if (sign.kind === 'untried') {
      open = open && { ...open, probe: undefined };
      return undefined;
    }
    open = undefined;
    strikes = 0;
    return 'closed';
  };
  /** Of those that were under way when it opened only a longer wait counts. */
  const lengthen = (current: Open, sign: Sign): void => {
    if (sign.kind !== 'down' || sign.afterMs === undefined) return;
    const until = deps.now() + waitOf(sign.afterMs, current.rounds, deps.random());
    if (until > current.until) open = { ...current, until };
  };
  const look: Breaker['look'] = () => {
    if (!open) return { kind: 'free' };
    const { fault, until, probe } = open;
    return probe || deps.now() < until ? { kind: 'shut', fault, until } : { kind: 'due' };
  };
  return {
    look,
    enter() {
      const seen = look();
      if (seen.kind === 'shut') return seen;
      const pass: Pass = { kind: open ? 'probe' : 'free' };
      if (open) open = { ...open, probe: pass };
      return pass;
    },
    report(pass, sign) {
      if (open && open.probe === pass) return afterProbe(sign);
      if (open) {
        lengthen(open, sign);
        return undefined;
      }
      if (sign.kind === 'answered') strikes = 0;
      if (sign.kind === 'down') return shut(sign.fault, sign.afterMs);
      if (sign.kind !== 'failing') return undefined;
      strikes += sign.weight;
      return strikes >= STRIKES ? shut(sign.fault) : undefined;
    },
    rest(ms) {
      restUntil = Math.max(restUntil, deps.now() + Math.min(ms, MOST_MS));
    },
    resting: () => Math.max(0, restUntil - deps.now()),
  };
}
