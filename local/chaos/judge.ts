import type { Buffer } from 'node:buffer';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { EndingName } from '../../shared/core/ports.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';
import { decodeWhole } from '../../shared/stores/kept-codec.js';
import { compare, type Difference, type Expected, expectedState } from '../demo/oracle.js';
import type { Row } from '../demo/oracle-rules.js';
import { type Final, nameOf } from './books.js';
import { judgeDesk } from './desk-judge.js';
import { expectedDesk, type PersonsDesk } from './desk-oracle.js';
import type { IndexedEvent, Published } from './publish.js';
import type { World } from './world.js';

/** One broken promise. */
export interface Violation {
  readonly kind: 'lost' | 'doubled' | 'wrong';
  readonly text: string;
  /** The person it is about, by key, where that is known. */
  readonly key?: string;
  /** The event it is about, where that is known. */
  readonly event?: number;
}

/** Who a record is about: a key, nobody, or unreadable. */
type Subject = string | 'nobody' | 'unreadable';

/** What the oracle says of a run. */
interface Truth {
  readonly expected: Expected;
  /** By index of the event: one for each of its records. */
  readonly subjects: ReadonlyMap<number, readonly Subject[]>;
  /** By key of the person. */
  readonly desk: ReadonlyMap<string, PersonsDesk>;
}

const NO_KEY = new Set<Subject>(['nobody', 'unreadable']);

/** The oracle reads each event once: of several copies the newest decides, whatever the others say. */
export function truthOf(events: readonly IndexedEvent[], times: Published['times']): Truth {
  const subjects = new Map<number, Subject[]>();
  const log = events.map(({ index, event: { body } }) => {
    const taken = times.get(index) ?? [0];
    return { index, body, times: taken, at: Math.max(...taken) };
  });
  const expected = expectedState(log, ({ index }, who) => {
    const list = subjects.get(index) ?? [];
    subjects.set(index, list);
    list.push(who);
  });
  return { expected, subjects, desk: expectedDesk(log) };
}

/** Rows that the CRM refuses whatever they say are not there, and their persons' records end as rejected. */
function withPoison(expected: Expected, { poison }: World): Expected {
  const healthy = <V>(map: ReadonlyMap<string, V>): Map<string, V> =>
    new Map([...map].filter(([key]) => !poison.has(key)));
  const without = (set: ReadonlySet<string>): Set<string> =>
    new Set([...set].filter((key) => !poison.has(key)));
  const { contacts, entries, rejected } = expected;
  return {
    ...expected,
    contacts: healthy(contacts),
    entries: { lower: without(entries.lower), upper: without(entries.upper) },
    rejected: new Set([...rejected, ...poison.keys()]),
  };
}

const wrongRow = ({ object, key, field, expected, actual }: Difference): Violation => ({
  // A row that is not there is a change that was lost; anything else is one that was not made as it must be.
  kind: field === '(row)' && actual.startsWith('0 rows') ? 'lost' : 'wrong',
  text: `${object} ${key} ${field}: expected ${expected}, found ${actual}`,
  key,
});

function judgeRows(expected: Expected, { crm }: World): Violation[] {
  const rowsOf = (object: string): Row[] => [...crm.rows(object).values()];
  return compare(expected, { contacts: rowsOf('Contact'), entries: rowsOf('Audience_Entry__c') }).map(
    wrongRow,
  );
}

const WORKED: readonly EndingName[] = ['delivered', 'unchanged', 'irrelevant', 'stale'];
const KEPT: ReadonlySet<EndingName> = new Set(['rejected', 'malformed', 'unaddressed']);

/** The endings that a record may have. */
function allowed(subject: Subject | undefined, { expected, desk }: Truth): readonly EndingName[] {
  if (subject === 'unreadable') return ['malformed'];
  if (subject === 'nobody') return ['unaddressed'];
  if (subject === undefined) return [];
  const about = desk.get(subject);
  // Of a call that may have been made nobody knows, and it is not made again.
  if (expected.rejected.has(subject) || (about && about.calls.entries.size > 0))
    return [...WORKED, 'rejected'];
  return about?.isTouched ? WORKED : ['irrelevant', 'stale'];
}

/** A dead letter must be there for every record that ended as one, with its bytes and the reason of its ending. */
function letterFault(
  ending: EndingName,
  isRefused: boolean,
  body: Buffer,
  letter: KeptMessage | undefined,
): string | undefined {
  if (letter === undefined) return 'has no dead letter';
  if (!(letter.message.body instanceof Uint8Array) || body.compare(letter.message.body) !== 0)
    return 'has a dead letter with other bytes';
  const { code } = letter.fault;
  if (ending === 'malformed' && !code.startsWith('decode.')) return `has a dead letter that says ${code}`;
  if (ending === 'unaddressed' && code !== 'person.unaddressed') return `has a dead letter that says ${code}`;
  if (ending === 'rejected' && letter.remote === undefined)
    return `has a dead letter without the target's words (${code})`;
  if (ending === 'rejected' && !isRefused && code !== 'remote.doubtful')
    return `has a dead letter that says ${code}`;
  return undefined;
}

/** What a run came to. */
export interface Judgement {
  readonly violations: readonly Violation[];
  readonly endings: Readonly<Record<EndingName, number>>;
  readonly records: number;
  /** Records without an ending of their own. */
  readonly unended: number;
}

function judgeRecord(
  { message, record, ending }: Final,
  { index, event }: IndexedEvent,
  truth: Truth,
  letters: ReadonlyMap<string, KeptMessage>,
): Violation | undefined {
  const { expected, subjects } = truth;
  const subject = subjects.get(index)?.[record];
  const key = subject === undefined || NO_KEY.has(subject) ? {} : { key: subject };
  const about = { event: index, ...key };
  const name = `${message}#${record} (event ${index}, ${event.kind}, about ${subject ?? 'nothing the oracle sees'})`;
  if (ending === undefined) return { kind: 'lost', text: `${name} never ended`, ...about };
  if (!allowed(subject, truth).includes(ending))
    return { kind: 'wrong', text: `${name} ended as ${ending}`, ...about };
  const fault = KEPT.has(ending)
    ? letterFault(
        ending,
        expected.rejected.has(subject ?? ''),
        event.body,
        letters.get(`${message}#${record}`),
      )
    : undefined;
  return fault === undefined
    ? undefined
    : { kind: 'lost', text: `${name} ended as ${ending} and ${fault}`, ...about };
}

/** Every dead letter of either cloud, by message and record. */
function lettersIn({ clouds }: World): ReadonlyMap<string, KeptMessage> {
  const letters = new Map<string, KeptMessage>();
  for (const { objects } of Object.values(clouds)) {
    for (const [path, bytes] of objects) {
      const letter = path.startsWith('letters/') ? decodeWhole(bytes) : undefined;
      if (letter?.ok)
        letters.set(`${nameOf(letter.value.message)}#${letter.value.record ?? 0}`, letter.value);
    }
  }
  return letters;
}

/** Compares everything at the end of a run with what must be. */
export function judge(
  world: World,
  published: Published,
  truth: Truth,
  doubled: readonly Violation[],
): Judgement {
  const expected = withPoison(truth.expected, world);
  const letters = lettersIn(world);
  const endings = emptyEndings();
  const violations: Violation[] = [...doubled];
  let [records, unended] = [0, 0];
  for (const final of world.books.finals()) {
    const indexed = published.events.get(final.message);
    if (indexed === undefined) continue;
    records += 1;
    if (final.ending === undefined) unended += 1;
    else endings[final.ending] += 1;
    const violation = judgeRecord(final, indexed, { ...truth, expected }, letters);
    if (violation) violations.push(violation);
  }
  const { duplicateKeys } = world.crm.log();
  if (duplicateKeys > 0)
    violations.push({
      kind: 'wrong',
      text: `${duplicateKeys} rows shared a key with another of their request`,
    });
  for (const text of world.books.errors()) violations.push({ kind: 'wrong', text });
  violations.push(...judgeRows(expected, world));
  violations.push(...judgeDesk(world.desk, truth.desk, expected.undecided, letters.values()));
  return { violations, endings, records, unended };
}
