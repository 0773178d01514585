import { Fault, ok, type Result } from '../../core/fault.js';
import { attributeValue, identityValue, isSilent, wordOf } from './cell-value.js';
import type { Meaning } from './column-meaning.js';
import type { AudienceKey } from './known-audiences.js';
import { shownName } from './long-names.js';

type Body = Record<string, unknown>;
type Cells = Readonly<Record<string, unknown>>;

/** A column that means something, by the header it has. */
export interface Column {
  readonly header: string;
  readonly meaning: Meaning;
}

/** What the rows of a file are about where they do not say so themselves. */
export interface About {
  readonly audience: AudienceKey | undefined;
  /** When the memberships were asserted that carry no time, as ISO 8601. */
  readonly time: string;
  /** Whether each row names its own columns: then one without a status is about a member, as in any profile. */
  readonly isOpen: boolean;
  /** The audience that a cell names. */
  readonly audienceOf: (cell: string) => AudienceKey;
}

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object at some steps of another; made where there is none. What is not an object there gives way. */
function objectAt(body: Body, steps: readonly string[]): Body {
  let here = body;
  for (const step of steps) {
    const next = here[step];
    const inside: Body = isObject(next) ? next : {};
    here[step] = inside;
    here = inside;
  }
  return here;
}

/** Puts what one object has into another, inside each other where both have one: parts of it may be columns of their own. */
function merge(into: Body, from: Body): void {
  for (const [name, value] of Object.entries(from)) {
    if (name === '__proto__') continue;
    const known = into[name];
    if (isObject(known) && isObject(value)) merge(known, value);
    else into[name] = value;
  }
}

/** Writes what one cell says into the profile; gives what is wrong with the cell. Silent cells never come here. */
type Write = (cell: unknown, body: Body) => Fault | undefined;

function writeAttribute(header: string, meaning: Extract<Meaning, { kind: 'attribute' }>): Write {
  const steps = meaning.path.split('.');
  const last = steps.pop() ?? '';
  return (cell, body) => {
    const value = attributeValue(header, cell, meaning);
    if (!value.ok) return value.fault;
    const parent = objectAt(body, steps);
    if (isObject(value.value)) merge(objectAt(parent, [last]), value.value);
    else parent[last] = value.value;
    return undefined;
  };
}

function writeIdentity(header: string, { namespace, as }: Extract<Meaning, { kind: 'identity' }>): Write {
  return (cell, body) => {
    const id = identityValue(header, cell, as);
    if (!id.ok) return id.fault;
    const map = objectAt(body, ['identityMap']);
    const known = map[namespace];
    const items: unknown[] = Array.isArray(known) ? known : [];
    if (!items.some((item) => isObject(item) && item['id'] === id.value)) items.push({ id: id.value });
    map[namespace] = items;
    return undefined;
  };
}

function writeMap(header: string, member: string): Write {
  return (cell, body) => {
    const value = attributeValue(header, cell, { as: 'json', hasInside: true });
    if (!value.ok) return value.fault;
    if (!isObject(value.value)) return shape(`column ${shownName(header)} is no object`);
    merge(objectAt(body, [member]), value.value);
    return undefined;
  };
}

const shape = (what: string): Fault => new Fault('decode.shape', what);

/** What is said where nothing tells the audience. */
export const NO_AUDIENCE =
  'nothing says which audience the rows are about: no column, no part of the name; write audience: NAME into its entry in "files", or a match with %SEGMENT_ID% or %SEGMENT_NAME%';

function writeOf({ header, meaning }: Column): Write | undefined {
  if (meaning.kind === 'attribute') return writeAttribute(header, meaning);
  if (meaning.kind === 'identity') return writeIdentity(header, meaning);
  return meaning.kind === 'map' ? writeMap(header, meaning.member) : undefined;
}

/** Maps before what may be put into them, objects before their members. */
const depthOf = ({ meaning }: Column): number =>
  meaning.kind === 'map' ? 0 : meaning.kind === 'attribute' ? meaning.path.split('.').length : 1;

const isText = ({ meaning }: Column): boolean =>
  meaning.kind === 'attribute' && (meaning.as === undefined || !/^(?:number|boolean|json)$/.test(meaning.as));

/** A status column of a named audience, and the column of its time if there is one. */
interface Named {
  readonly of: AudienceKey;
  readonly status: string | undefined;
  readonly time: string | undefined;
}

function namedOf(columns: readonly Column[]): readonly Named[] {
  const found = new Map<string, { of: AudienceKey; status: string | undefined; time: string | undefined }>();
  for (const { header, meaning } of columns) {
    if ((meaning.kind !== 'status' && meaning.kind !== 'time') || meaning.of === 'own') continue;
    const { of, kind } = meaning;
    const name = `${of.namespace}/${of.id}`;
    const one = found.get(name) ?? { of, status: undefined, time: undefined };
    one[kind] = header;
    found.set(name, one);
  }
  return [...found.values()];
}

const ownHeader = (columns: readonly Column[], kind: 'status' | 'time' | 'audience'): string | undefined =>
  columns.find(({ meaning }) => meaning.kind === kind && (!('of' in meaning) || meaning.of === 'own'))
    ?.header;

/**
 * Makes rows of these columns profile exports. A cell without a value says nothing; an attribute that is an empty text is one.
 * A row without status is about a member; an empty status says nothing of membership.
 */
export function rowReader(columns: readonly Column[], about: About): (cells: Cells) => Result<Body> {
  const writes = columns
    .toSorted((a, b) => depthOf(a) - depthOf(b))
    .flatMap((column) => {
      const write = writeOf(column);
      return write ? [{ header: column.header, isText: isText(column), write }] : [];
    });
  const members = memberReader(columns, about);
  return (cells) => {
    const body: Body = {};
    for (const { header, isText: takesEmpty, write } of writes) {
      const cell = Object.hasOwn(cells, header) ? cells[header] : undefined;
      if (isSilent(cell) && !(takesEmpty && cell === '')) continue;
      const fault = write(cell, body);
      if (fault) return { ok: false, fault };
    }
    const fault = members(cells, body);
    return fault ? { ok: false, fault } : ok(body);
  };
}

/** Writes the memberships of a row; gives what is wrong with it. */
function memberReader(
  columns: readonly Column[],
  about: About,
): (cells: Cells, body: Body) => Fault | undefined {
  const named = namedOf(columns);
  const [status, time, audience] = [
    ownHeader(columns, 'status'),
    ownHeader(columns, 'time'),
    ownHeader(columns, 'audience'),
  ];
  const hasMap = columns.some(
    ({ meaning }) => meaning.kind === 'map' && meaning.member === 'segmentMembership',
  );
  const cellOf = (cells: Cells, header: string | undefined): unknown =>
    header !== undefined && Object.hasOwn(cells, header) ? wordOf(cells[header]) : undefined;
  const put = (body: Body, { namespace, id }: AudienceKey, said: unknown, at: unknown): void => {
    // No audience has such an id, and an object no such member.
    if (id === '__proto__') return;
    const membership = { lastQualificationTime: isSilent(at) ? about.time : at, status: said };
    objectAt(body, ['segmentMembership', namespace])[id] = membership;
  };
  const ownOf = (cells: Cells): AudienceKey | undefined => {
    const cell = cellOf(cells, audience);
    return isSilent(cell) ? about.audience : about.audienceOf(String(cell));
  };
  // Where rows bring their own columns another row may say it; the file as a whole has been judged.
  const isSpoken = about.isOpen || named.length > 0 || hasMap || audience !== undefined;
  return (cells, body) => {
    for (const one of named) {
      const said = one.status === undefined ? 'realized' : cellOf(cells, one.status);
      const at = cellOf(cells, one.time);
      if (!isSilent(said) && !(one.status === undefined && isSilent(at))) put(body, one.of, said, at);
    }
    const own = ownOf(cells);
    if (own === undefined) return isSpoken ? undefined : shape(NO_AUDIENCE);
    const isUnsaid = status === undefined || (about.isOpen && !Object.hasOwn(cells, status));
    const said = isUnsaid ? 'realized' : cellOf(cells, status);
    if (!isSilent(said)) put(body, own, said, cellOf(cells, time));
    return undefined;
  };
}
