import { gunzipSync } from 'node:zlib';
import { readTime } from './oracle-time.js';

/** What one membership asserts. */
export interface Assertion {
  /** In lower case. */
  readonly namespace: string;
  readonly id: string;
  readonly member: boolean;
  /** lastQualificationTime in epoch microseconds; absent when the export gives none. */
  readonly at: number | undefined;
}

/** One readable profile export. */
export interface Export {
  /** The whole JSON object, for attribute paths. */
  readonly profile: Readonly<Record<string, unknown>>;
  /** Namespace in lower case → its ids, the primary ones first, then by code units. */
  readonly identities: ReadonlyMap<string, readonly string[]>;
  readonly assertions: readonly Assertion[];
}

const MESSAGE_LIMIT = 1024 * 1024;
const UNPACKED_LIMIT = 10 * 1024 * 1024;
const DEEPEST = 32;
const MEMBER: ReadonlyMap<string, boolean> = new Map([
  ['realized', true],
  ['existing', true],
  ['active', true],
  ['exited', false],
  ['expired', false],
]);

/** Stands for a record that cannot be read, wherever a JSON value is expected. */
const UNREADABLE = undefined;

/** Thrown inside this file for whatever makes a record malformed; never leaves it. */
class Unreadable extends Error {}

function ensure(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Unreadable(why);
}

/** True for a JSON object: not null, not a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Runs a reader of the platform, which throws for data that it refuses. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Unreadable('refused by the platform', { cause });
  }
}

/** Runs a reading of ours; undefined for what is unreadable, while a mistake in this file still throws. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

const parse = (text: string): unknown => reading(() => JSON.parse(text));

function toText(body: Uint8Array): string {
  ensure(body.length <= MESSAGE_LIMIT, 'too large');
  const zipped = body[0] === 0x1f && body[1] === 0x8b;
  const plain = zipped ? reading(() => gunzipSync(body, { maxOutputLength: UNPACKED_LIMIT })) : body;
  return reading(() => new TextDecoder('utf-8', { fatal: true }).decode(plain));
}

/** A JSON text that is a run of objects with nothing, or white space, between them. */
function runOfObjects(text: string): unknown[] {
  const found: unknown[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') depth += 1;
    if (token !== '}') continue;
    depth -= 1;
    if (depth > 0) continue;
    found.push(parse(text.slice(start, index + 1)));
    start = index + 1;
  }
  ensure(text.slice(start).trim() === '', 'an object does not end');
  return found;
}

/**
 * The JSON values of a body: one, several one after another, or one a line. Text is taken for lines only when one of them
 * is an object; otherwise a broken export that was printed over many lines would count as many records.
 */
function valuesOf(text: string): unknown[] {
  const whole = attempt(() => [parse(text)]) ?? attempt(() => runOfObjects(text));
  if (whole !== undefined) return whole;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map((line) => attempt(() => parse(line)) ?? UNREADABLE);
  return values.some(isObject) ? values : [UNREADABLE];
}

/** The profiles of one JSON value: an empty list is one unreadable record. */
function itemsOf(value: unknown): readonly unknown[] {
  const profile = !isObject(value) || 'identityMap' in value || 'segmentMembership' in value;
  const list = profile ? value : (value['profiles'] ?? value);
  if (!Array.isArray(list)) return [value];
  return list.length > 0 ? list : [UNREADABLE];
}

/** Refuses `__proto__` as a key, escaped or not, and more than 32 levels of objects and arrays. */
function checkTree(value: unknown, level: number): void {
  if (typeof value !== 'object' || value === null) return;
  ensure(level <= DEEPEST, 'too deep');
  ensure(!Object.hasOwn(value, '__proto__'), 'hostile key');
  for (const child of Object.values(value)) checkTree(child, level + 1);
}

function readAssertion(namespace: string, id: string, value: unknown): Assertion {
  ensure(isObject(value), 'membership is not an object');
  const { status = 'realized', lastQualificationTime: time } = value;
  ensure(typeof status === 'string', 'status is not text');
  const member = MEMBER.get(status.toLowerCase());
  ensure(member !== undefined, 'unknown status');
  const at = time === undefined ? undefined : readTime(time);
  ensure(time === undefined || at !== undefined, 'unreadable time');
  return { namespace: namespace.toLowerCase(), id, member, at };
}

function readMemberships(value: unknown): Assertion[] {
  ensure(isObject(value), 'segmentMembership is not an object');
  return Object.entries(value).flatMap(([namespace, audiences]) => {
    ensure(isObject(audiences), 'a namespace is not an object');
    return Object.entries(audiences).map(([id, membership]) => readAssertion(namespace, id, membership));
  });
}

function readIdentities(value: unknown): Map<string, string[]> {
  ensure(isObject(value), 'identityMap is not an object');
  const found: { namespace: string; id: string; primary: boolean }[] = [];
  for (const [namespace, list] of Object.entries(value)) {
    ensure(Array.isArray(list), 'a namespace is not a list');
    for (const entry of list) {
      ensure(isObject(entry), 'an identity is not an object');
      // The schema also knows the prefixed spelling.
      const id = entry['id'] ?? entry['xdm:id'];
      ensure(typeof id === 'string' && id.trim() !== '', 'an identity has no id');
      found.push({ namespace: namespace.toLowerCase(), id, primary: entry['primary'] === true });
    }
  }
  found.sort((a, b) => Number(b.primary) - Number(a.primary) || (a.id < b.id ? -1 : 1));
  const byNamespace = new Map<string, string[]>();
  for (const { namespace, id } of found) {
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), id]);
  }
  return byNamespace;
}

function readItem(profile: unknown): Export {
  ensure(isObject(profile), 'not an object');
  ensure(Object.keys(profile).length > 0, 'nothing inside');
  checkTree(profile, 1);
  const { identityMap = {}, segmentMembership = {} } = profile;
  return {
    profile,
    identities: readIdentities(identityMap),
    assertions: readMemberships(segmentMembership),
  };
}

/**
 * Reads one message: an export for each record that can be read, `undefined` for each that cannot. A message that cannot
 * be read at all is one record. Knows the shapes of enterprise destinations only, which are all that the demo publishes.
 */
export function readMessage(body: Uint8Array): readonly (Export | undefined)[] {
  const values = attempt(() => valuesOf(toText(body)));
  if (values === undefined || values.length === 0) return [undefined];
  return values.flatMap(itemsOf).map((item) => attempt(() => readItem(item)));
}
