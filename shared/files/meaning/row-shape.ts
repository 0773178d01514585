import { Fault, ok, type Result } from '../../core/fault.js';
import { attributeValue, identityValue, isSilent } from './cell-value.js';
import type { Meaning } from './column-meaning.js';
import { shownName } from './long-names.js';
import { memberReader } from './member-cells.js';
import { type About, type Body, type Cells, type Column, isObject, objectAt } from './row-body.js';

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
    if (!isObject(value.value)) return new Fault('decode.shape', `column ${shownName(header)} is no object`);
    merge(objectAt(body, [member]), value.value);
    return undefined;
  };
}

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
