import type { Attempt } from './attempt.js';
import type { Shut } from './breaker.js';
import type { Run } from './run.js';
import { groupOf } from './waves.js';

/** A person for whom nothing can be sent now. */
export interface ShutOut {
  readonly one: Attempt;
  readonly connection: string;
  readonly shut: Shut;
}

/** What may be done for each person of a round, before anything is written down about them. */
export interface Admission {
  readonly ready: readonly Attempt[];
  readonly shut: readonly ShutOut[];
}

/** A person all of whose actions go to connections that are shut. */
function shutOut(one: Attempt, run: Run): ShutOut | undefined {
  let first: ShutOut | undefined;
  for (const { connection } of one.lane.actions) {
    const seen = run.breaker(connection).look();
    if (seen.kind !== 'shut') return undefined;
    first ??= { one, connection, shut: seen };
  }
  return first;
}

/** The first of a person's actions for a connection. */
const firstFor = ({ lane }: Attempt, connection: string) =>
  lane.actions.find((action) => action.connection === connection);

/**
 * Who goes first to a connection that is to be tried: one chunk. Begins with anybody, so that a row which always hangs
 * cannot be the one that is tried each time.
 */
function probersOf(connection: string, among: readonly Attempt[], run: Run): readonly Attempt[] {
  const asking = among.filter((one) => firstFor(one, connection) !== undefined);
  const start = Math.floor(run.deps.random() * asking.length);
  const turned = [...asking.slice(start), ...asking.slice(0, start)];
  const [leader] = turned;
  const lead = leader && firstFor(leader, connection);
  const group = lead && groupOf(lead);
  const alike = turned.filter((one) => {
    const action = firstFor(one, connection);
    return action !== undefined && groupOf(action) === group;
  });
  const connector = run.deps.connectors.get(connection);
  return alike.slice(0, (lead && connector?.rowsAtOnce?.(lead)) ?? connector?.maxRows ?? 1);
}

/**
 * Tells persons who can be worked on from those whose connections are shut, so that no lease is taken for these, and
 * lets one chunk go ahead to a connection that is to be tried again.
 */
export function admit(attempts: readonly Attempt[], run: Run): Admission {
  const shut = attempts.flatMap((one) => shutOut(one, run) ?? []);
  const out = new Set(shut.map(({ one }) => one));
  const open = attempts.filter((one) => !out.has(one));
  const connections = new Set(open.flatMap(({ lane }) => lane.actions.map(({ connection }) => connection)));
  const due = new Set([...connections].filter((name) => run.breaker(name).look().kind === 'due'));
  if (due.size === 0) return { ready: open, shut };
  const probers = new Set([...due].flatMap((name) => probersOf(name, open, run)));
  const isLater = (one: Attempt): boolean =>
    !probers.has(one) && one.lane.actions.some(({ connection }) => due.has(connection));
  // Who is left out is read again afterwards.
  return { ready: open.filter((one) => !isLater(one)), shut };
}
