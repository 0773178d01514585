import type { Buffer } from 'node:buffer';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { EndingName } from '../../shared/core/ports.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';
import { decodeWhole } from '../../shared/stores/kept-codec.js';
import { type Final, nameOf } from './books.js';
import { judgeDesk } from './desk-judge.js';
import type { IndexedEvent, Published } from './publish.js';
import { judgeRows, withPoison } from './row-judge.js';
import { homesOf, type Subject, type Truth } from './truth.js';
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

const WORKED: readonly EndingName[] = ['delivered', 'unchanged', 'irrelevant', 'stale'];
const UNTOUCHED: readonly EndingName[] = ['irrelevant', 'stale'];
const KEPT: ReadonlySet<EndingName> = new Set(['rejected', 'malformed', 'unaddressed']);

const byKey = (subject: Subject | undefined): readonly string[] => homesOf(subject).map(({ key }) => key);

/** The endings that a record may have. */
function allowed(subject: Subject | undefined, { expected, desk }: Truth): ReadonlySet<EndingName> {
  if (subject === undefined) return new Set();
  if (subject === 'unreadable') return new Set(['malformed']);
  const endings = new Set<EndingName>();
  if (subject === 'nobody' || subject.waits || subject.isOpen) endings.add('unaddressed');
  for (const key of byKey(subject)) {
    const about = desk.get(key);
    for (const name of about?.isTouched ? WORKED : UNTOUCHED) endings.add(name);
    // Of a call that may have been made nobody knows, and it is not made again.
    if (expected.rejected.has(key) || (about && about.calls.entries.size > 0)) endings.add('rejected');
  }
  return endings;
}

/** What a letter of who is unaddressed may say; of who waits for a key there is none. */
function reasonsFor(subject: Subject): readonly (string | undefined)[] {
  if (typeof subject === 'string') return ['person.unaddressed'];
  // Taken for the first owner's at first, it may have led to a call that nobody knows of: its letter goes on saying so.
  return [
    ...(subject.isOpen ? ['person.shared', 'remote.doubtful'] : []),
    ...(subject.waits ? [undefined] : []),
  ];
}

/** A dead letter must be there for every record that ended as one, with its bytes and the reason of its ending. */
function letterFault(
  ending: EndingName,
  subject: Subject,
  { expected }: Truth,
  body: Buffer,
  letter: KeptMessage | undefined,
): string | undefined {
  if (ending === 'unaddressed' && !reasonsFor(subject).includes(letter?.fault.code))
    return `has ${letter === undefined ? 'no dead letter' : `a dead letter that says ${letter.fault.code}`}`;
  if (ending === 'unaddressed' && letter === undefined) return undefined;
  if (letter === undefined) return 'has no dead letter';
  if (!(letter.message.body instanceof Uint8Array) || body.compare(letter.message.body) !== 0)
    return 'has a dead letter with other bytes';
  const { code } = letter.fault;
  if (ending === 'malformed' && !code.startsWith('decode.')) return `has a dead letter that says ${code}`;
  if (ending === 'rejected' && letter.remote === undefined)
    return `has a dead letter without the target's words (${code})`;
  const isRefused = byKey(subject).some((key) => expected.rejected.has(key));
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
  const subject = truth.subjects.get(index)?.[record];
  const [key] = byKey(subject);
  const about = { event: index, ...(key !== undefined && { key }) };
  const whom = typeof subject === 'string' ? subject : byKey(subject).join(' or ') || 'nobody yet';
  const name = `${message}#${record} (event ${index}, ${event.kind}, about ${whom})`;
  if (ending === undefined) return { kind: 'lost', text: `${name} never ended`, ...about };
  if (subject === undefined || !allowed(subject, truth).has(ending))
    return { kind: 'wrong', text: `${name} ended as ${ending}`, ...about };
  const letter = letters.get(`${message}#${record}`);
  const fault = KEPT.has(ending) ? letterFault(ending, subject, truth, event.body, letter) : undefined;
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
  const sound = { ...truth, expected: withPoison(truth.expected, world) };
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
    const violation = judgeRecord(final, indexed, sound, letters);
    if (violation) violations.push(violation);
  }
  const { duplicateKeys } = world.crm.log();
  if (duplicateKeys > 0)
    violations.push({
      kind: 'wrong',
      text: `${duplicateKeys} rows shared a key with another of their request`,
    });
  for (const text of world.books.errors()) violations.push({ kind: 'wrong', text });
  violations.push(...judgeRows(sound, world), ...judgeDesk(world, sound, letters.values()));
  return { violations, endings, records, unended };
}
