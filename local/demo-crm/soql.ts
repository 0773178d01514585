import type { Org } from './org.js';
import type { StoredRecord } from './records.js';

/** What a query asked for, or what is wrong with it. */
export type Answered =
  | { readonly records: readonly object[] }
  | { readonly errorCode: string; readonly message: string };

interface Condition {
  readonly field: string;
  readonly values: readonly string[];
}

const SELECT = /^SELECT ([\w., ]+) FROM (\w+)(?: WHERE ([\s\S]+))?$/;
/** `A = 'x'` or `A IN ('x','y')`, then the end or AND. */
const CONDITION = /([\w.]+) (?:= ('(?:[^'\\]|\\.)*')|IN \(((?:'(?:[^'\\]|\\.)*',?)+)\))(?: AND |$)/y;
const TEXT = /'((?:[^'\\]|\\.)*)'/g;
const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

const plain = (text: string): string =>
  text.replace(/\\(.)/g, (_, letter: string) => UNESCAPED[letter] ?? letter);

function conditionsOf(text: string): readonly Condition[] | undefined {
  const found: Condition[] = [];
  for (CONDITION.lastIndex = 0; CONDITION.lastIndex < text.length; ) {
    const [, field, single, list] = CONDITION.exec(text) ?? [];
    if (field === undefined) return undefined;
    const values = [...(single ?? list ?? '').matchAll(TEXT)].map(([, value = '']) => plain(value));
    found.push({ field, values });
  }
  return found;
}

/** A field of a record, or of one it points to: undefined for a field that nobody has, null for an empty one. */
function read(org: Org, object: string, record: StoredRecord, path: string): unknown {
  const [name = '', ...rest] = path.split('.');
  if (name === 'Id') return record.id;
  const fields = org.schemas[object]?.fields ?? {};
  if (rest.length === 0) return Object.hasOwn(fields, name) ? (record.fields[name] ?? null) : undefined;
  const [id, relation] =
    Object.entries(fields).find(([, field]) => field.type === 'reference' && field.relation === name) ?? [];
  if (id === undefined || relation?.type !== 'reference') return undefined;
  const parent = org.records.findById(String(record.fields[id] ?? ''));
  return parent ? read(org, parent.object, parent.record, rest.join('.')) : null;
}

/** Ids compare by 15 characters, texts without regard to case. */
const same = (value: unknown, wanted: string): boolean => {
  const text = String(value ?? '');
  if (/^[A-Za-z0-9]{18}$/.test(text)) return text.slice(0, 15) === wanted.slice(0, 15);
  return text.toLowerCase() === wanted.trim().toLowerCase();
};

const EMPTY: StoredRecord = { id: '', fields: {}, history: [] };

/** `A.B` as nested objects, as answers have it. */
function shown(org: Org, object: string, record: StoredRecord, paths: readonly string[]): object {
  const made: Record<string, unknown> = { attributes: { type: object } };
  for (const path of paths) {
    const [name = '', rest] = path.split('.');
    const value = read(org, object, record, path);
    made[name] = rest === undefined ? value : { attributes: { type: name }, [rest]: value };
  }
  return made;
}

/** Runs the part of SOQL that integrations need: fields, of parents too, and conditions joined by AND. */
export function query(org: Org, text: string): Answered {
  const [, list = '', object = '', where] = SELECT.exec(text) ?? [];
  const conditions = where === undefined ? [] : conditionsOf(where);
  if (object === '' || conditions === undefined)
    return { errorCode: 'MALFORMED_QUERY', message: 'unexpected token' };
  if (!Object.hasOwn(org.schemas, object))
    return { errorCode: 'INVALID_TYPE', message: `sObject type '${object}' is not supported.` };
  const paths = list.split(',').map((path) => path.trim());
  const parents = new Set(['Contact', 'Campaign', 'Who']);
  const unknown = [...paths, ...conditions.map(({ field }) => field)].find((path) => {
    const [parent = '', field] = path.split('.');
    if (field === undefined) return read(org, object, EMPTY, path) === undefined;
    const to = Object.values(org.schemas[object]?.fields ?? {}).find(
      (one) => one.type === 'reference' && one.relation === parent,
    );
    return !parents.has(parent) || to?.type !== 'reference' || read(org, to.to, EMPTY, field) === undefined;
  });
  if (unknown !== undefined)
    return { errorCode: 'INVALID_FIELD', message: `No such column '${unknown}' on entity '${object}'.` };
  const records = org.records
    .all(object)
    .filter((record) =>
      conditions.every(({ field, values }) =>
        values.some((value) => same(read(org, object, record, field), value)),
      ),
    );
  return { records: records.map((record) => shown(org, object, record, paths)) };
}
