import * as z from 'zod';
import type { Outcome } from '../../core/remote.js';
import type { RemoteField } from '../../core/remote-field.js';
import { fromStatus } from './answer.js';
import { type Org, request, type Said } from './org.js';

const FieldAnswer = z.object({
  name: z.string(),
  type: z.string(),
  length: z.int().catch(0),
  externalId: z.boolean().catch(false),
  idLookup: z.boolean().catch(false),
  unique: z.boolean().catch(false),
  createable: z.boolean().catch(false),
  updateable: z.boolean().catch(false),
  nillable: z.boolean().catch(true),
  defaultedOnCreate: z.boolean().catch(false),
  restrictedPicklist: z.boolean().catch(false),
  picklistValues: z.array(z.object({ value: z.string(), active: z.boolean().catch(true) })).catch([]),
});
/** One field as an org describes it to our user. */
export type FieldAnswer = z.infer<typeof FieldAnswer>;

const Answer = z.object({
  createable: z.boolean().catch(false),
  updateable: z.boolean().catch(false),
  deletable: z.boolean().catch(false),
  fields: z.array(FieldAnswer),
});

/** An object as an org describes it: what our user may do, and its fields by their names in lower case. */
export interface Described {
  readonly may: Readonly<Record<'createable' | 'updateable' | 'deletable', boolean>>;
  readonly fields: ReadonlyMap<string, FieldAnswer>;
}

/** Descriptions of objects with very many fields are large. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What an answer, or that there is none, says instead of what was asked for. */
export const refusalOf = (said: Said): Outcome =>
  said.kind === 'silent' ? said.outcome : fromStatus(said.context, said.reply);

/** Asks how an object is made; an outcome is why it is not told. */
export async function describe(org: Org, object: string, signal: AbortSignal): Promise<Described | Outcome> {
  const path = ['sobjects', object, 'describe'];
  const said = await request(org, { method: 'GET', path, maxBytes: MOST_BYTES }, signal);
  const answer =
    said.kind === 'said' && said.reply.status === 200 ? Answer.safeParse(said.reply.json).data : undefined;
  if (answer === undefined) return refusalOf(said);
  const { fields, ...may } = answer;
  return { may, fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])) };
}

const TYPES: Readonly<Record<string, RemoteField['type']>> = {
  boolean: 'boolean',
  double: 'number',
  int: 'number',
  long: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
  anyType: 'any',
  address: 'any',
  location: 'any',
};

/** True for a field whose values are texts. */
export const isText = ({ type }: FieldAnswer): boolean => TYPES[type] === undefined;

/** A field as rules can be held against it. */
export function toRemoteField(field: FieldAnswer): RemoteField {
  const values = field.picklistValues.filter(({ active }) => active).map(({ value }) => value);
  const isChoice = field.type === 'picklist' && field.restrictedPicklist && values.length > 0;
  const type = isChoice ? 'choice' : (TYPES[field.type] ?? 'text');
  return {
    type,
    ...(type === 'text' && field.length > 0 && { length: field.length }),
    ...(isChoice && { values }),
    ...((field.externalId || field.idLookup) && { key: true }),
    ...(field.createable && !field.nillable && !field.defaultedOnCreate && { required: true }),
    ...(!field.createable && !field.updateable && { readonly: true }),
  };
}
