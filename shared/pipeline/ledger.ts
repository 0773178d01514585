import {
  ACTION_ENDINGS,
  type ActionEnding,
  type ConnectionLedger,
  ENDINGS,
  type EndingName,
  type Ledger,
  type Settlement,
} from '../core/ports.js';
import type { Outcome } from '../core/remote.js';
import type { Change } from './breaker.js';
import type { ShadowCount } from './shadow.js';
import { emptyTallies, type Tallies } from './tally.js';

/** What a run counts as it goes; the endings are counted from the settlements. */
export interface Counts {
  calls: number;
  rows: number;
  accepted: number;
  readonly actions: Record<ActionEnding, number>;
  /** Changes of the breakers, by connection. */
  readonly breakers: Map<string, { opened: number; closed: number }>;
  /** What rules that are shadows came to, by rule. */
  readonly shadows: Map<string, ShadowCount>;
  readonly tallies: Tallies;
  /** Entries of the audit that could not be written. */
  auditLost: number;
}

/** Nothing counted yet. */
export const emptyCounts = (): Counts => ({
  calls: 0,
  rows: 0,
  accepted: 0,
  actions: emptyActions(),
  breakers: new Map(),
  shadows: new Map(),
  tallies: emptyTallies(),
  auditLost: 0,
});

/** Takes in a change of a connection's breaker. One that is open and stays so has not changed. */
export function countChange({ breakers }: Counts, connection: string, change: Change): void {
  if (change === 'reopened') return;
  const known = breakers.get(connection) ?? { opened: 0, closed: 0 };
  known[change] += 1;
  breakers.set(connection, known);
}

/** What a target's word means for the ledger of actions. */
export function actionEnding(outcome: Outcome): ActionEnding {
  if (outcome.kind === 'accepted') return 'delivered';
  if (outcome.kind === 'unknown') return 'unanswered';
  if (outcome.kind === 'retry') return outcome.unsent ? 'unsent' : 'failed';
  return outcome.kind;
}

/**
 * Counts one batch. `records` comes from decoding, the endings from the settlements: two independent counts, and the
 * promise is that they agree. A difference is a broken program, so it throws rather than being logged and forgotten.
 */
export function countLedger(
  messages: number,
  records: number,
  settlements: readonly Settlement[],
  { calls, rows, accepted, actions, breakers }: Counts,
): Ledger {
  const endings = emptyEndings();
  let ended = 0;
  for (const { endings: list } of settlements) {
    for (const { name } of list) endings[name]++;
    ended += list.length;
  }
  if (ended !== records) throw new Error(`${records} records came in but ${ended} endings were given`);
  const connections = countConnections(settlements, breakers);
  return { messages, records, endings, actions, calls, rows, accepted, connections };
}

function countConnections(
  settlements: readonly Settlement[],
  breakers: Counts['breakers'],
): Record<string, ConnectionLedger> {
  const all = new Map([...breakers].map(([name, changes]) => [name, { held: 0, parked: 0, ...changes }]));
  for (const { name, connection } of settlements.flatMap(({ endings }) => endings)) {
    if (connection === undefined || (name !== 'held' && name !== 'parked')) continue;
    const known = all.get(connection) ?? { held: 0, parked: 0, opened: 0, closed: 0 };
    known[name] += 1;
    all.set(connection, known);
  }
  return Object.fromEntries(all);
}

/** Every ending at zero. */
export const emptyEndings = (): Record<EndingName, number> =>
  // One entry per name of the closed list, so the record is complete.
  Object.fromEntries(ENDINGS.map((name) => [name, 0])) as Record<EndingName, number>;

/** Every ending of an action at zero. */
export const emptyActions = (): Record<ActionEnding, number> =>
  // As above.
  Object.fromEntries(ACTION_ENDINGS.map((name) => [name, 0])) as Record<ActionEnding, number>;

/** Why records did not come through: fault code → how many. */
export function countFaults(settlements: readonly Settlement[]): Readonly<Record<string, number>> {
  const faults: Record<string, number> = {};
  for (const { endings } of settlements) {
    for (const { fault } of endings) if (fault) faults[fault.code] = (faults[fault.code] ?? 0) + 1;
  }
  return faults;
}
