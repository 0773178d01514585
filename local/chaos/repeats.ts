import type { Action, Outcome } from '../../shared/core/remote.js';
import { TUNING } from '../../shared/pipeline/run.js';
import type { Host, Invocation } from './host.js';

type Process = Pick<Host, 'name' | 'isAlive'>;

/** Somebody is about to write a row, or is doing so. */
interface Sending {
  readonly invocation: Invocation;
  readonly begunAt: number;
  /** What is written; a lease announces that something will be, and nobody can know what. */
  readonly fields: ReadonlySet<string> | 'any';
  /** Fields that others have written since, and recorded. */
  readonly covered: Set<string>;
  outcome: Outcome['kind'] | undefined;
  /** A state that should have recorded the answer was not written. */
  unrecorded: boolean;
}

/** One row of the CRM: what was sent to it since its content was certain. */
interface Row {
  readonly object: string;
  sendings: Sending[];
}

/** Counts of rows that were written again with what they held. */
export interface RepeatCounts {
  /** Nobody could know that the row held it already. */
  readonly excused: number;
  /** Somebody could: work done twice. */
  readonly doubled: number;
}

/** Judges every row write that changed nothing, by what was asked and answered at the ports alone. */
export interface Repeats {
  /** An invocation took the lease on a person, for rows of these objects. */
  leased(invocation: Invocation, key: string, objects: readonly string[]): void;
  /** Rows are being sent. The function it gives takes their outcomes. */
  begin(invocation: Invocation, actions: readonly Action[]): (outcomes: readonly Outcome[]) => void;
  /** A row was written by a process. */
  written(host: Process, object: string, key: string, changed: boolean): void;
  /** A person's state was written by an invocation after it had sent, or was not. */
  recorded(invocation: Invocation, key: string, isWritten: boolean): void;
  counts(): RepeatCounts;
}

/** Clocks may be off by so much either way that a lease runs out this much earlier for somebody else, milliseconds. */
const SLACK_MS = 10_000;

/** On its way to the CRM at the moment. */
const isOpen = ({ outcome, fields }: Sending): boolean => outcome === undefined && fields !== 'any';

const isLost = (outcome: Sending['outcome']): boolean => outcome === 'retry' || outcome === 'unknown';

function begun(invocation: Invocation, begunAt: number, fields: Sending['fields']): Sending {
  return { invocation, begunAt, fields, covered: new Set(), outcome: undefined, unrecorded: false };
}

/** What is still uncertain of a row once an invocation's answers are recorded. */
function settle({ sendings }: Row, invocation: Invocation, isExcuse: (one: Sending) => boolean): Sending[] {
  const isOwn = (one: Sending): boolean => one.invocation === invocation && !one.unrecorded;
  const last = sendings.findLastIndex((one) => isOwn(one) && one.outcome === 'accepted');
  const certain = sendings[last]?.fields ?? [];
  return sendings.filter((one, i) => {
    if (isOwn(one) && !isLost(one.outcome)) return false;
    if (i > last) return true;
    // An accepted write makes its own fields certain; what somebody else may have written beside them stays open.
    for (const name of certain) one.covered.add(name);
    return isExcuse(one) && (one.fields === 'any' || [...one.fields].some((name) => !one.covered.has(name)));
  });
}

/** What the target's model calls the row: one on a list apart, a thing that is done once by its key. */
const rowNameOf = ({ object, list, idempotencyKey }: Action): string =>
  idempotencyKey === undefined
    ? `${object}${list === undefined ? '' : `#${list}`}`
    : `${object} ${idempotencyKey}`;

/** Whether it is the name of something that is done once. */
const isSend = (name: string): boolean => name.includes(' ');

/** The key of the person it is about. */
const personOf = ({ key, fields }: Action): string => String(Object.values(key)[0] ?? fields['person']);

/** Judges with a clock that is right. `onDoubled` hears of each row that was doubled. */
export function createRepeats(now: () => number, onDoubled: (object: string, key: string) => void): Repeats {
  const persons = new Map<string, Row[]>();
  /** Things that are done once, by their names: the same under each key that the person is known by. */
  const sends = new Map<string, Row>();
  let [excused, doubled] = [0, 0];

  const rowOf = (object: string, key: string): Row => {
    const rows = persons.get(key) ?? [];
    const known = rows.find((row) => row.object === object);
    const row: Row = known ?? sends.get(object) ?? { object, sendings: [] };
    if (known === undefined) persons.set(key, [...rows, row]);
    if (isSend(object)) sends.set(object, row);
    return row;
  };
  /** Its answer was never recorded, so whoever comes next must write the row again. */
  const isExcuse = ({ invocation, begunAt, outcome, unrecorded }: Sending): boolean =>
    !invocation.host.isAlive() ||
    invocation.isOver ||
    unrecorded ||
    isLost(outcome) ||
    now() - begunAt > TUNING.leaseMs - SLACK_MS;

  return {
    leased(invocation, key, objects) {
      for (const object of objects) rowOf(object, key).sendings.push(begun(invocation, now(), 'any'));
    },
    begin(invocation, actions) {
      const list = actions.map((action) => {
        const sending = begun(invocation, now(), new Set(Object.keys(action.fields)));
        rowOf(rowNameOf(action), personOf(action)).sendings.push(sending);
        return sending;
      });
      return (outcomes) => {
        for (const [i, sending] of list.entries()) sending.outcome = outcomes[i]?.kind ?? 'unknown';
      };
    },
    written(host, object, key, changed) {
      if (changed) return;
      const { sendings } = rowOf(object, key);
      const current = sendings.findLast((one) => isOpen(one) && one.invocation.host.name === host.name);
      const others = sendings.filter(
        (one) => one.invocation !== current?.invocation || one.outcome !== undefined,
      );
      if (!host.isAlive() || others.some(isExcuse)) {
        excused += 1;
        return;
      }
      doubled += 1;
      onDoubled(object, key);
    },
    recorded(invocation, key, isWritten) {
      for (const row of persons.get(key) ?? []) {
        if (isWritten) row.sendings = settle(row, invocation, isExcuse);
        else for (const one of row.sendings) if (one.invocation === invocation) one.unrecorded = true;
      }
    },
    counts: () => ({ excused, doubled }),
  };
}
