import type { Json } from '../../core/ports.js';
import type { Action, Outcome } from '../../core/remote.js';

/** An action as a record of the collections request. `index` is its place among the actions of the send. */
export interface Row {
  readonly index: number;
  readonly keyField: string;
  readonly record: Readonly<Record<string, Json>>;
}

type Refused = Extract<Outcome, { kind: 'rejected' }>;

const refuse = (code: string, text: string, field?: string): Refused =>
  field === undefined ? { kind: 'rejected', code, text } : { kind: 'rejected', code, text, field };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Names that the record itself uses. Salesforce compares field names without regard to case. */
function reserved(fields: Action['fields'], keyField: string, keyValue: string): string | undefined {
  return Object.keys(fields).find(
    (name) => same(name, 'attributes') || (same(name, keyField) && fields[name] !== keyValue),
  );
}

/** Makes the record of an action, or says why this action can never be sent to Salesforce. */
export function toRow(action: Action, index: number): Row | Refused {
  const [key, ...more] = Object.entries(action.key);
  if (key === undefined || more.length > 0)
    return refuse(
      'key.count',
      `A Salesforce row is addressed by exactly one external id field; "match" names ${more.length + (key ? 1 : 0)}.`,
    );
  const [keyField, keyValue] = key;
  if (keyValue === '')
    return refuse('key.empty', 'The external id is empty, so it addresses no row.', keyField);
  const clash = reserved(action.fields, keyField, keyValue);
  if (clash !== undefined)
    return refuse('key.conflict', `"set" must not write "${clash}": it addresses the row.`, clash);
  const fields = Object.entries(action.fields).filter(([name]) => !same(name, keyField));
  const record = { attributes: { type: action.object }, [keyField]: keyValue, ...Object.fromEntries(fields) };
  return { index, keyField, record };
}
