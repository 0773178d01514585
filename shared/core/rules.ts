import * as z from 'zod';
import { Condition } from './condition.js';
import { Name } from './name.js';
import { Path } from './path.js';
import { FieldSource, MatchSource } from './source.js';
import { TestCase } from './test-case.js';

/** Whether an entry of `person.key` is an identity namespace, bare or a URI; any other entry with a dot is a path. */
export const isNamespace = (entry: string): boolean => !/[.[]/.test(entry) || entry.includes('://');

const KeyEntry = Name.refine((entry) => isNamespace(entry) || Path.safeParse(entry).success, {
  error: 'must be an identity namespace such as crmid, or an attribute path such as personalEmail.address',
});

export const AudienceRef = z.union(
  [
    Name.transform((id) => ({ id, namespace: 'ups' })),
    z.strictObject({ id: Name, namespace: Name.default('ups') }),
  ],
  { error: 'must be the id of an audience as text (put numbers in quotes), or { id: …, namespace: … }' },
);

export const Target = z
  .string()
  .regex(/^[^/\s]+\/[^/\s#!]+$/, 'must be connection/object, for example sales/Contact');

/** External id field and where its value comes from: what addresses a row. */
const Match = z
  .record(Name, MatchSource)
  .refine(
    (match) => Object.keys(match).length === 1,
    'must name exactly one field, for example { Id__c: $key }',
  );

/** A field's name; those that begin with $ are ours. */
const FieldName = Name.refine((name) => !name.startsWith('$'), 'must not begin with $');
const Fields = z.record(FieldName, FieldSource);
const SomeFields = Fields.refine((set) => Object.keys(set).length > 0, 'must set at least one field');

/** A list, campaign or group, by its id in the target. */
const List = z.string().min(1).max(200).regex(/^\S+$/, 'must be the id of a list, without blanks');

/** Makes the row or writes to it. */
export const UpsertAction = z.strictObject({ upsert: Target, match: Match, set: Fields.default({}) });
/** Writes to the row if it is there. */
const UpdateAction = z.strictObject({ update: Target, match: Match, set: SomeFields });
/** Puts the row on a list. */
const AddAction = z.strictObject({ 'add to': Target, list: List, match: Match, set: Fields.default({}) });
const RemoveAction = z.strictObject({ 'remove from': Target, list: List, match: Match });
/** Makes something happen: a task, a message, a post. Once per edge. */
const SendAction = z.strictObject({ send: Target, set: SomeFields });
const DeleteAction = z.strictObject({ delete: Target, match: Match });

/** An action that is written as often as one likes and comes to the same. */
const StateAction = z.union([UpsertAction, UpdateAction, AddAction, RemoveAction, DeleteAction], {
  error:
    'must be exactly one of upsert, update, add to, remove from or delete, with the members that belong to it',
});
export type StateAction = z.infer<typeof StateAction>;

export const Action = z.union(
  [UpsertAction, UpdateAction, AddAction, RemoveAction, SendAction, DeleteAction],
  {
    error:
      'must be exactly one of upsert, update, add to, remove from, send or delete, with the members that belong to it',
  },
);
export type Action = z.infer<typeof Action>;

const Names = z.union([z.array(Name).min(1), z.strictObject({ namespace: Name })], {
  error: 'must be a list of audiences, or { namespace: … } for all that are declared in it',
});

/** One audience, or any or all of several. */
const Audiences = z.union([Name, z.strictObject({ any: Names }), z.strictObject({ all: Names })], {
  error: 'must be the name of an audience (a number in quotes), or { any: [names] } or { all: [names] }',
});
/** A level may be about people who are in none of several, too. */
const LevelAudiences = z.union(
  [Name, z.strictObject({ any: Names }), z.strictObject({ all: Names }), z.strictObject({ none: Names })],
  {
    error:
      'must be the name of an audience (a number in quotes), or { any: [names] }, { all: [names] } or { none: [names] }',
  },
);
export type LevelAudiences = z.infer<typeof LevelAudiences>;

/** Edges (`entered`, `left`, `stayed`, `changed`) fire on one record; the level `member` follows the standing. */
export const When = z.union(
  [
    z.strictObject({ entered: Audiences }),
    z.strictObject({ left: Audiences }),
    z.strictObject({ stayed: Audiences }),
    z.strictObject({ member: LevelAudiences }),
    z.strictObject({ changed: Path }),
  ],
  {
    error:
      'must be exactly one of { entered: audience }, { left: audience }, { stayed: audience }, { member: audience }, { changed: path }',
  },
);

export const Rule = z.strictObject({
  name: Name,
  when: When,
  if: Condition.optional(),
  do: z.array(Action).min(1),
  otherwise: z.array(StateAction).min(1).optional(),
  stop: z.boolean().default(false),
  backfill: z.boolean().default(false),
});
export type Rule = z.infer<typeof Rule>;

/** What a connection of any type may say about the rules that use it; all else is for its connector. */
export const CONNECTION_MEMBERS = {
  allow: z
    .array(z.enum(['delete']))
    .optional()
    .describe('What rules may not do to this connection unless it is named here.'),
};

/** A connection: who reads the rest of it is its type. */
const Connection = z.looseObject({ type: Name, ...CONNECTION_MEMBERS });

/** Rules are told apart by their names, in what is said of a change and in what keeps a send from being repeated. */
const Rules = z.array(Rule).superRefine((rules, context) => {
  const seen = new Map<string, number>();
  for (const [i, { name }] of rules.entries()) {
    const other = seen.get(name);
    if (other === undefined) seen.set(name, i);
    else
      context.addIssue({ code: 'custom', path: [i, 'name'], message: `is the name of rules[${other}] too` });
  }
});

/** The customer's file, `tributary.yaml`, after YAML. Connections are checked by the connectors they name. */
export const RulesFile = z.strictObject({
  audiences: z.record(Name, AudienceRef),
  person: z.strictObject({ key: z.array(KeyEntry).min(1) }),
  consent: z.strictObject({ require: Path, withdrawn: z.array(StateAction).default([]) }).optional(),
  /** Memberships that are older than this when first seen are backfill. */
  backfill: z.strictObject({ days: z.number().positive() }).default({ days: 2 }),
  /** What a target accepted longer ago is written again with the next record that concerns it. */
  refresh: z.strictObject({ days: z.number().positive() }).optional(),
  profile: z
    .string()
    .min(1)
    .optional()
    .describe('A JSON schema (XDM) or a sample of the profile, beside this file: for tributary check only.'),
  connections: z.record(Name, Connection),
  rules: Rules,
  tests: z.array(TestCase).optional(),
});
export type RulesFile = z.infer<typeof RulesFile>;
