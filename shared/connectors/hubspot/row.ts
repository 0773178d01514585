import type { Json } from '../../core/ports.js';
import type { Action, Outcome } from '../../core/remote.js';

/** HubSpot's own id of a record. It addresses records without `idProperty` and cannot be chosen. */
export const RECORD_ID = 'hs_object_id';
/** The one property of contacts that is unique by itself. */
export const EMAIL = 'email';

/** True for contacts, by name or by number. */
export const isContacts = (object: string): boolean => ['contacts', 'contact', '0-1'].includes(object);

/** An action as HubSpot takes it. `index` is its place among the actions of the send. */
export interface Row {
  readonly index: number;
  readonly keyProperty: string;
  readonly key: string;
  /** HubSpot takes properties as texts only; the empty text clears one. */
  readonly properties: Readonly<Record<string, string>>;
}

type Refused = Extract<Outcome, { kind: 'rejected' }>;

const refuse = (code: string, text: string, field?: string): Refused =>
  field === undefined ? { kind: 'rejected', code, text } : { kind: 'rejected', code, text, field };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const scalar = (value: Json): string | undefined => {
  if (value === null) return '';
  return typeof value === 'object' ? undefined : String(value);
};

/**
 * A value as HubSpot stores it: choices of a multiple checkbox are joined by ";", so none of them can hold one. Nothing
 * for a value that has no such form.
 */
export function propertyText(value: Json): string | undefined {
  if (!Array.isArray(value)) return scalar(value);
  const parts = value.map(scalar);
  const fits = (part: string | undefined): part is string => part !== undefined && !part.includes(';');
  return parts.every(fits) ? parts.filter((part) => part !== '').join(';') : undefined;
}

/** What addresses the row: the field of `match`, or of a `send` the property that takes its idempotency key. */
function address(action: Action, sendKey: string | undefined): readonly [string, string] | Refused {
  if (action.operation === 'send') {
    if (sendKey === undefined)
      return refuse(
        'send.key',
        'HubSpot makes records twice when asked twice, so "send" needs "sendKey" in the connection: a property with unique values.',
      );
    return action.idempotencyKey === undefined
      ? refuse('send.key', 'The action has no idempotency key, so it could happen twice.', sendKey)
      : [sendKey, action.idempotencyKey];
  }
  const [key, ...more] = Object.entries(action.key);
  if (key !== undefined && more.length === 0) return key;
  return refuse(
    'key.count',
    `A HubSpot record is addressed by exactly one property; "match" names ${more.length + (key ? 1 : 0)}.`,
  );
}

/**
 * Makes the row of an action, or says why it can never be sent to HubSpot. The key is not written as a property: a new
 * record gets it anyway, and a contact that was found by a secondary address keeps its primary one.
 */
export function toRow(action: Action, index: number, sendKey: string | undefined): Row | Refused {
  const addressed = address(action, sendKey);
  if ('kind' in addressed) return addressed;
  const [keyProperty, key] = addressed;
  if (key === '') return refuse('key.empty', 'The key is empty, so it addresses no record.', keyProperty);
  if (action.operation === 'upsert' && keyProperty === RECORD_ID)
    return refuse(
      'key.record-id',
      `A record cannot be made with a chosen ${RECORD_ID}; use "update".`,
      RECORD_ID,
    );
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(action.fields)) {
    const text = propertyText(value);
    if (text === undefined)
      return refuse('value.form', `"${name}" is an object, or a list that HubSpot cannot hold.`, name);
    if (!same(name, keyProperty)) properties[name] = text;
    else if (!same(text, key))
      return refuse('key.conflict', `"set" must not write "${name}": it addresses the record.`, name);
  }
  return { index, keyProperty, key, properties };
}
