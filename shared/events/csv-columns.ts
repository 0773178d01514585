import { bad, ok, type Result } from '../core/fault.js';
import { quote } from '../core/names.js';

type Body = Record<string, unknown>;

/** Writes one cell into a record; says what is wrong with it otherwise. Empty cells say nothing and never come here. */
type Write = (cell: string, body: Body) => string | undefined;

/** One column of a file: its place in the row, and what becomes of its cells. */
export interface Column {
  readonly index: number;
  readonly write: Write;
}

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object at some steps of another, made where it is not there; columns that collide have been refused before. */
function objectAt(body: Body, steps: readonly string[]): Body {
  let here = body;
  for (const step of steps) {
    const next = here[step];
    if (isObject(next)) here = next;
    else {
      const made: Body = {};
      here[step] = made;
      here = made;
    }
  }
  return here;
}

type Cast = (cell: string) => Result<unknown>;

const noValue = (kind: string): Result<never> => bad('decode.csv', `holds no ${kind}`);

function toNumber(cell: string): Result<unknown> {
  const value = cell.trim() === '' ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? ok(value) : noValue('number');
}

function toBoolean(cell: string): Result<unknown> {
  const text = cell.trim().toLowerCase();
  return text === 'true' || text === 'false' ? ok(text === 'true') : noValue('true or false');
}

function toJson(cell: string): Result<unknown> {
  try {
    const value: unknown = JSON.parse(cell);
    return ok(value);
  } catch {
    return noValue('JSON');
  }
}

const CASTS: Readonly<Record<string, Cast>> = { number: toNumber, boolean: toBoolean, json: toJson };

function attribute(path: string, cast: Cast): Write {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  return (cell, body) => {
    const value = cast(cell);
    if (!value.ok) return value.fault.message;
    objectAt(body, steps)[last] = value.value;
    return undefined;
  };
}

const identity =
  (namespace: string): Write =>
  (cell, body) => {
    objectAt(body, ['identityMap'])[namespace] = [{ id: cell }];
    return undefined;
  };

const MEMBERSHIP = /^segmentMembership\.([^.]+)\.(.+?)(?:\.(status|lastQualificationTime))?$/;

/** What is left of a header when what it says of its cells is taken off: where they go. */
const placeOf = (header: string): string =>
  header
    .trim()
    .replace(/:(number|boolean|json)$/, '')
    .replace(/^(segmentMembership\..+)\.status$/, '$1');

/** The time of a membership, for whom the file says a status. */
const membershipTime =
  (namespace: string, id: string, hasStatus: boolean): Write =>
  (cell, body) => {
    const known = objectAt(body, ['segmentMembership', namespace])[id];
    if (hasStatus && known === undefined) return undefined;
    objectAt(body, ['segmentMembership', namespace, id])['lastQualificationTime'] = cell;
    return undefined;
  };

const membershipStatus =
  (namespace: string, id: string): Write =>
  (cell, body) => {
    objectAt(body, ['segmentMembership', namespace, id])['status'] = cell;
    return undefined;
  };

/** What a header says of its cells; undefined when it says nothing. `places` are those of all columns. */
function writeOf(header: string, places: ReadonlySet<string>): Write | undefined {
  const name = header.trim();
  if (name === '' || name.split('.').some((step) => step === '' || step === '__proto__')) return undefined;
  if (name.startsWith('identityMap.')) return identity(name.slice('identityMap.'.length));
  if (name.startsWith('segmentMembership.')) {
    const [, namespace = '', id = '', member] = MEMBERSHIP.exec(name) ?? [];
    if (id === '') return undefined;
    if (member !== 'lastQualificationTime') return membershipStatus(namespace, id);
    return membershipTime(namespace, id, places.has(`segmentMembership.${namespace}.${id}`));
  }
  const [, path = name, type = ''] = /^(.+):(number|boolean|json)$/.exec(name) ?? [];
  return attribute(path, CASTS[type] ?? ok);
}

/** Two columns that would write to the same place, or one within the other. */
function collision(places: readonly string[]): string | undefined {
  const taken = new Set<string>();
  for (const place of places) {
    if (taken.has(place)) return place;
    taken.add(place);
  }
  // A membership's time lies beside its status, not within it.
  const attributes = places.filter((place) => !place.startsWith('segmentMembership.'));
  return attributes.find((place) => attributes.some((other) => other.startsWith(`${place}.`)));
}

/**
 * The columns of a header. `identityMap.NAMESPACE` is an identity; `segmentMembership.NAMESPACE.ID`, bare or with
 * `.status`, is a status (an empty one says nothing of the audience) and with `.lastQualificationTime` its time; all else
 * is an attribute path, of text unless it ends in `:number`, `:boolean` or `:json`. A header that cannot be meant is
 * `decode.csv`.
 */
export function columnsOf(headers: readonly string[]): Result<readonly Column[]> {
  const places = headers.map(placeOf);
  const columns: Column[] = [];
  for (const [index, header] of headers.entries()) {
    const write = writeOf(header, new Set(places));
    if (!write) return bad('decode.csv', `the header of column ${index + 1}, ${quote(header)}, is no path`);
    columns.push({ index, write });
  }
  const twice = collision(places);
  if (twice !== undefined) return bad('decode.csv', `two columns of the header are about ${quote(twice)}`);
  const isTime = ({ index }: Column): number => (places[index]?.endsWith('.lastQualificationTime') ? 1 : 0);
  return ok(columns.sort((a, b) => isTime(a) - isTime(b)));
}
