import type { Finding, Need, Operation } from '../../core/remote.js';
import type { SalesforceConfig } from './config.js';
import { type Described, type FieldAnswer, isText } from './describe.js';
import { isId } from './row.js';
import { onceField } from './sends.js';

/** All is well with something. */
export const well = (what: string): Finding => ({ level: 'well', what });
/** Something may go wrong. */
export const warning = (what: string, advice: string): Finding => ({ level: 'warning', what, advice });
/** Something will go wrong. */
export const error = (what: string, advice: string): Finding => ({ level: 'error', what, advice });

/** One object, what an org says of it, and what is to be done to it. */
export interface Looking {
  readonly object: string;
  readonly described: Described;
  readonly operations: readonly Operation[];
}

const RIGHTS = { createable: 'create', updateable: 'edit', deletable: 'delete' } as const;
type Right = keyof typeof RIGHTS;

/** Whether our user has rights on an object. */
export function examineRights({ object, described }: Looking, rights: readonly Right[]): readonly Finding[] {
  return rights.map((right) =>
    described.may[right]
      ? well(`${object}: our user may ${RIGHTS[right]} records`)
      : error(
          `${object}: our user may not ${RIGHTS[right]} records`,
          `Give ${RIGHTS[right]} on ${object} to the integration user, by a permission set.`,
        ),
  );
}

const NEEDED: Readonly<Record<Operation, readonly Right[]>> = {
  upsert: ['createable', 'updateable'],
  update: ['updateable'],
  delete: ['deletable'],
  send: ['createable'],
  add: [],
  remove: [],
};

/** The rights that operations on an object need. Those on lists need none on the object itself but that it can be read. */
export const rightsFor = (operations: readonly Operation[]): readonly Right[] => [
  ...new Set(operations.flatMap((operation) => NEEDED[operation])),
];

const missing = (object: string, name: string): Finding =>
  error(
    `${object}.${name} is not there, or our user may not see it`,
    `Look up the API name of the field; if it is right, give the integration user read and edit access to it (field-level security).`,
  );

const looksUp = (operations: readonly Operation[]): boolean =>
  operations.some((operation) => ['update', 'delete', 'add', 'remove'].includes(operation));

function examineKeyField(
  object: string,
  field: FieldAnswer,
  operations: readonly Operation[],
): readonly Finding[] {
  const place = `${object}.${field.name}`;
  if (operations.includes('upsert') && !field.externalId && !field.idLookup)
    return [
      error(`${place} is no external id`, 'Check "External ID" and "Unique" in the definition of the field.'),
    ];
  if (looksUp(operations) && !isText(field))
    return [
      error(`${place} is not of type Text`, 'Rows can be looked up by a field of type Text or Email only.'),
    ];
  if (!field.unique)
    return [
      warning(
        `${place} is not unique: a key that two records have is refused`,
        'Check "Unique" in the definition of the field.',
      ),
    ];
  return [well(`${place} is a unique external id`)];
}

/** Whether rows can be matched on a field. */
export function examineKey({ object, described, operations }: Looking, name: string): readonly Finding[] {
  if (isId(name))
    return operations.includes('upsert')
      ? [
          error(
            `${object}.Id: an upsert needs an external id field`,
            'Match on an external id field, or use "update".',
          ),
        ]
      : [well(`${object}.Id is the record id`)];
  const field = described.fields.get(name.toLowerCase());
  return field === undefined ? [missing(object, name)] : examineKeyField(object, field, operations);
}

/** Whether a field can be written; for memberships it may be one of the member instead. */
export function examineField(
  { object, described }: Looking,
  name: string,
  member?: Described,
): readonly Finding[] {
  const field = described.fields.get(name.toLowerCase()) ?? member?.fields.get(name.toLowerCase());
  if (field === undefined) return [missing(object, name)];
  if (field.createable || field.updateable) return [well(`${object}.${name} can be written`)];
  return [
    error(
      `${object}.${name} cannot be written`,
      'Give edit access to the field by a permission set; a formula or a system field never can be.',
    ),
  ];
}

/** Whether the field for idempotency keys of what is sent is fit for it. */
export function examineOnce(config: SalesforceConfig, looking: Looking, need: Need): readonly Finding[] {
  const { object, described } = looking;
  if (!need.operations.includes('send')) return [];
  const name = onceField(config, object);
  if (name === undefined && object.endsWith('__e')) return [];
  if (name === undefined)
    return [
      warning(
        `${object}: what is sent without an answer is not sent again, because it could be made twice`,
        `Make an external id field of type Text, unique, on ${object}, and name it under "idempotencyKeys".`,
      ),
    ];
  const field = described.fields.get(name.toLowerCase());
  if (field === undefined) return [missing(object, name)];
  return examineKeyField(object, field, ['upsert']);
}
