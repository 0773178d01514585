import type { Json } from '../../core/ports.js';
import type { Action, Outcome } from '../../core/remote.js';
import { isApiName, isRecordId } from './config.js';

/** A record as a request holds it. */
export type RecordBody = Readonly<Record<string, Json>>;

/** An action that addresses a row: one field, one value. */
export interface Row {
  readonly action: Action;
  readonly field: string;
  readonly value: string;
}

/** An action that can never be sent, and why. */
export type Refused = Extract<Outcome, { kind: 'rejected' }>;

/** A refusal that needs no request. `field` is the field that is at fault. */
export const refuse = (code: string, text: string, field?: string): Refused =>
  field === undefined ? { kind: 'rejected', code, text } : { kind: 'rejected', code, text, field };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** True for the field that holds record ids. */
export const isId = (field: string): boolean => same(field, 'Id');

/** Names that the record itself uses. Salesforce compares field names without regard to case. */
function reserved(fields: Action['fields'], field: string, value: string): string | undefined {
  return Object.keys(fields).find(
    (name) => same(name, 'attributes') || isId(name) || (same(name, field) && fields[name] !== value),
  );
}

function faultOf({ object }: Action, field: string, value: string): Refused | undefined {
  const odd = [object, field].find((name) => !isApiName(name));
  if (odd !== undefined)
    return refuse('name.malformed', `"${odd}" is not the API name of an object or field.`);
  if (value === '') return refuse('key.empty', 'The key is empty, so it addresses no row.', field);
  if (!isId(field) || isRecordId(value)) return undefined;
  return refuse(
    'key.malformed',
    'The key is not a record id: it must have 15 or 18 letters and digits.',
    field,
  );
}

/** The row an action is about, or why this action can never be sent to Salesforce. */
export function toRow(action: Action): Row | Refused {
  const [key, ...more] = Object.entries(action.key);
  if (key === undefined || more.length > 0)
    return refuse(
      'key.count',
      `A Salesforce row is addressed by exactly one field; "match" names ${more.length + (key ? 1 : 0)}.`,
    );
  const [field, value] = key;
  const fault = faultOf(action, field, value);
  if (fault !== undefined) return fault;
  const clash = reserved(action.fields, field, value);
  if (clash !== undefined)
    return refuse('key.conflict', `"set" must not write "${clash}": it addresses the row.`, clash);
  return { action, field, value };
}

/** What is written to a row, without the field that addresses it. */
export const fieldsOf = ({ action, field }: Row): RecordBody =>
  Object.fromEntries(Object.entries(action.fields).filter(([name]) => !same(name, field)));
