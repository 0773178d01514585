import * as z from 'zod';
import { Name } from './name.js';
import { FieldSource, MatchSource } from './source.js';

/** `connection/object`. */
export const Target = z
  .string()
  .regex(/^[^/\s]+\/[^/\s#!]+$/, 'must be connection/object, for example sales/Contact');

/** External id field and where its value comes from: what addresses a row. */
const Match = z
  .record(Name, MatchSource)
  .refine(
    (match) => Object.keys(match).length === 1,
    'must name exactly one field, for example { Id__c: $key }',
  )
  .meta({
    description: 'The external id field that addresses the row, and where its value comes from.',
    minProperties: 1,
    maxProperties: 1,
  });

/** A field's name; those that begin with $ are ours. */
const FieldName = Name.refine((name) => !name.startsWith('$'), 'must not begin with $').meta({
  pattern: '^[^$]',
});
const Fields = z.record(FieldName, FieldSource);
const SomeFields = Fields.refine((set) => Object.keys(set).length > 0, 'must set at least one field').meta({
  description: 'Fields of the row, or of what is sent, and where their values come from.',
  minProperties: 1,
});
const AnyFields = Fields.default({}).describe('Fields of the row and where their values come from.');

/** A list, campaign or group, by its id in the target. */
const List = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\S+$/, 'must be the id of a list, without blanks')
  .describe('The list, campaign or group, by its id in the target.');

export const UpsertAction = z.strictObject({
  upsert: Target.describe('connection/object: makes the row, or writes to it.'),
  match: Match,
  set: AnyFields,
});
const UpdateAction = z.strictObject({
  update: Target.describe('connection/object: writes to the row if it is there.'),
  match: Match,
  set: SomeFields,
});
const AddAction = z.strictObject({
  'add to': Target.describe('connection/object: puts the row on a list.'),
  list: List,
  match: Match,
  set: AnyFields,
});
const RemoveAction = z.strictObject({
  'remove from': Target.describe('connection/object: takes the row from a list.'),
  list: List,
  match: Match,
});
const SendAction = z.strictObject({
  send: Target.describe(
    'connection/object: makes something happen, once per edge: a task, a message, a post.',
  ),
  set: SomeFields,
});
const DeleteAction = z.strictObject({
  delete: Target.describe('connection/object: deletes the row; the connection must say allow: [delete].'),
  match: Match,
});

/** An action that is written as often as one likes and comes to the same. */
export const StateAction = z.union([UpsertAction, UpdateAction, AddAction, RemoveAction, DeleteAction], {
  error:
    'must be exactly one of upsert, update, add to, remove from or delete, with the members that belong to it',
});
export type StateAction = z.infer<typeof StateAction>;

/** Any action of a rule. */
export const Action = z.union(
  [UpsertAction, UpdateAction, AddAction, RemoveAction, SendAction, DeleteAction],
  {
    error:
      'must be exactly one of upsert, update, add to, remove from, send or delete, with the members that belong to it',
  },
);
export type Action = z.infer<typeof Action>;
