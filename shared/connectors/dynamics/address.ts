import type { Action, Outcome } from '../../core/remote.js';

/** A refusal of ours, made before anything is sent. */
export type Refused = Extract<Outcome, { kind: 'rejected' }>;

/** Makes one. */
export const refuse = (code: string, text: string, field?: string): Refused =>
  field === undefined ? { kind: 'rejected', code, text } : { kind: 'rejected', code, text, field };

/** Characters that do not work in the value of an alternate key, percent-encoded or not (learn.microsoft.com, "Use an alternate key to reference a record"). */
const UNFIT = /[/#<>*%&:\\?+]/;
/** Halves of characters cannot be percent-encoded; control characters are refused by the server. */
const BROKEN = /[\p{Surrogate}\p{Cc}]/u;
/** The first character of a text that no key can have, if there is one. */
export const unfitCharacter = (text: string): string | undefined => UNFIT.exec(text)?.[0];

/** Ids and numbers. */
const BARE = /^[0-9A-Za-z-]+$/;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text of a GUID. */
export const isGuid = (text: string): boolean => GUID.test(text);

/** What addresses a row. */
export interface Address {
  readonly keyField: string;
  readonly value: string;
  /** Below the service root, e.g. `contacts(aep_profileid='p1')`. */
  readonly path: string;
}

const unfitText = (found: string): string =>
  `The value of the key has the character ${found}, which cannot work in the address of a row of Dataverse. Match on a column that holds the bare id, or a hash of it (hex or base64url).`;

function literal(field: string, value: string, bare: boolean): string | Refused {
  if (bare) {
    if (BARE.test(value)) return value;
    return refuse('key.value', 'The key is declared in "bareKeys", and the value is no id or number.', field);
  }
  const unfit = unfitCharacter(value);
  if (unfit !== undefined) return refuse('key.character', unfitText(unfit), field);
  if (BROKEN.test(value)) return refuse('key.character', unfitText('that is not printable'), field);
  return `'${encodeURIComponent(value.replaceAll("'", "''"))}'`;
}

/** The address of the row of a table that has this key, or why it has none. */
export function addressOf(
  object: string,
  key: Action['key'],
  bareKeys: readonly string[],
): Address | Refused {
  const [pair, ...more] = Object.entries(key);
  if (pair === undefined || more.length > 0) {
    const count = more.length + (pair === undefined ? 0 : 1);
    return refuse('key.count', `A row is addressed by exactly one column; "match" names ${count}.`);
  }
  const [keyField, value] = pair;
  if (value === '') return refuse('key.empty', 'The key is empty, so it addresses no row.', keyField);
  const text = literal(keyField, value, bareKeys.includes(keyField));
  if (typeof text !== 'string') return text;
  const path = `${encodeURIComponent(object)}(${encodeURIComponent(keyField)}=${text})`;
  return { keyField, value, path };
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A row and what is written to it. */
export interface Row {
  readonly address: Address;
  readonly fields: Action['fields'];
}

/**
 * What is written, without the key column: on update it would be ignored, on create it would win over the address
 * (learn.microsoft.com, "Use Upsert to Create or Update a record"). Refused when it says something else than the key.
 */
export function rowOf(
  { object, fields }: Pick<Action, 'object' | 'fields'>,
  key: Action['key'],
  bareKeys: readonly string[],
): Row | Refused {
  const address = addressOf(object, key, bareKeys);
  if ('kind' in address) return address;
  const { keyField } = address;
  const clash = Object.keys(fields).find((name) => same(name, keyField) && fields[name] !== key[keyField]);
  if (clash !== undefined)
    return refuse('key.conflict', `"set" must not write "${clash}": it addresses the row.`, clash);
  const rest = Object.entries(fields).filter(([name]) => !same(name, keyField));
  return { address, fields: Object.fromEntries(rest) };
}
