import { toAction } from '../core/action.js';
import type { Fault } from '../core/fault.js';
import { canonical } from '../core/fingerprint.js';
import type { PlannedAction } from '../core/plan.js';
import { HASTES, type Haste } from '../core/quota.js';
import type { Connector, Outcome } from '../core/remote.js';
import { chunksOf } from './chunks.js';
import { mostHaste } from './haste.js';

/** One person's actions, in the order in which they must reach their targets. */
export interface Lane {
  readonly person: string;
  readonly actions: readonly PlannedAction[];
  readonly haste: Haste;
  /** Filled here: what the target said, by target. */
  readonly outcomes: Map<string, Outcome>;
}

/** One row on its way, and every lane that wants it: rows that several persons share are sent once. */
export interface Send {
  readonly lanes: Lane[];
  readonly action: PlannedAction;
}

type Failing = Extract<Outcome, { kind: 'retry' | 'unknown' }>;

const isFailing = (outcome: Outcome): outcome is Failing =>
  outcome.kind === 'retry' || outcome.kind === 'unknown';

/** Not sent: because of what failed before it, or because it is not the time for it. */
export const unsent = (
  fault: Fault,
  afterMs?: number,
  scope: 'row' | 'connection' = 'connection',
): Failing => ({
  kind: 'retry',
  scope,
  fault,
  unsent: true,
  ...(afterMs !== undefined && { afterMs }),
});

const blockedBy = (failing: Failing): Outcome =>
  failing.kind === 'retry' ? { ...failing, unsent: true } : unsent(failing.fault);

/** The newest edge or assertion an action stands on: of two that want the same row, the one with the older goes first. */
const newestEdge = ({ fields }: PlannedAction): number => {
  let newest = 0;
  for (const { at, since } of fields.values()) newest = Math.max(newest, at, since);
  return newest;
};

/** Why an action of a person has to wait: an earlier one for the same connection failed. Other connections go on. */
function blockedAt({ actions, outcomes }: Lane, step: number, connection: string): Failing | undefined {
  for (const earlier of actions.slice(0, step)) {
    const outcome = earlier.connection === connection ? outcomes.get(earlier.target) : undefined;
    if (outcome && isFailing(outcome)) return outcome;
  }
  return undefined;
}

/** The next action of each lane whose earlier ones have been answered: serial inside a person, parallel across. */
export function nextWave(lanes: readonly Lane[], step: number): Send[] {
  const wave = new Map<string, Send>();
  for (const lane of lanes) {
    const action = lane.actions[step];
    if (!action || lane.outcomes.has(action.target)) continue;
    const blocked = blockedAt(lane, step, action.connection);
    if (blocked) {
      lane.outcomes.set(action.target, blockedBy(blocked));
      continue;
    }
    // Persons who want the same of the same row are served by one send. What takes a row away may have no more fields
    // than what puts it there.
    const wish = `${action.operation} ${action.target} ${canonical(toAction(action).fields)}`;
    const shared = wave.get(wish);
    if (shared) shared.lanes.push(lane);
    else wave.set(wish, { lanes: [lane], action });
  }
  return [...wave.values()].sort((a, b) => newestEdge(a.action) - newestEdge(b.action));
}

/** What the rows of one request have in common. */
export const groupOf = ({ connection, operation, object, list, key }: PlannedAction): string =>
  JSON.stringify([connection, operation, object, list, Object.keys(key)]);

/** Of those that want one row the first goes in turn 0, the next in turn 1. */
function turnOf({ action }: Send, seen: Map<string, number>): number {
  const row = action.target.toLowerCase();
  const turn = seen.get(row) ?? 0;
  seen.set(row, turn + 1);
  return turn;
}

/** The haste of a request is that of the row that has most. */
export const hasteOfChunk = (chunk: readonly Send[]): Haste =>
  mostHaste(chunk.flatMap(({ lanes }) => lanes.map(({ haste }) => haste)));

const byHaste = (a: Send, b: Send): number =>
  HASTES.indexOf(hasteOfChunk([a])) - HASTES.indexOf(hasteOfChunk([b]));

/**
 * Turns of requests, by connection and object. Vendors take rows of one object at a time and refuse a key that comes
 * twice (many compare keys without regard to case): different wishes for one row go into turns of their own. Within a turn
 * those with more haste go first.
 */
export function turnsOf(wave: readonly Send[], connectors: ReadonlyMap<string, Connector>): Send[][][] {
  const turns: Send[][] = [];
  const seen = new Map<string, number>();
  for (const send of wave) {
    const turn = turnOf(send, seen);
    turns[turn] ??= [];
    turns[turn].push(send);
  }
  return turns.map((sends) => requestsOf(sends.sort(byHaste), connectors));
}

function requestsOf(sends: readonly Send[], connectors: ReadonlyMap<string, Connector>): Send[][] {
  const groups = new Map<string, Send[]>();
  for (const send of sends) {
    const group = groupOf(send.action);
    const alike = groups.get(group);
    if (alike) alike.push(send);
    else groups.set(group, [send]);
  }
  return [...groups.values()].flatMap((group) =>
    chunksOf(group, connectors.get(group[0]?.action.connection ?? '')),
  );
}
