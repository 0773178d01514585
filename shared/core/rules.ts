import * as z from 'zod';
import { Action, StateAction } from './action-schema.js';
import { AuditSection } from './audit-section.js';
import { Condition } from './condition.js';
import { Name } from './name.js';
import { Path } from './path.js';
import { CallLimit } from './quota.js';
import { TestCase } from './test-case.js';

/** Whether an entry of `person.key` is an identity namespace, bare or a URI; any other entry with a dot is a path. */
export const isNamespace = (entry: string): boolean => !/[.[]/.test(entry) || entry.includes('://');

const KeyEntry = Name.refine((entry) => isNamespace(entry) || Path.safeParse(entry).success, {
  error: 'must be an identity namespace such as crmid, or an attribute path such as personalEmail.address',
});

const Namespace = Name.refine(isNamespace, { error: 'must be an identity namespace such as ecid' });

export const AudienceRef = z.union(
  [
    Name.transform((id) => ({ id, namespace: 'ups' })),
    z.strictObject({ id: Name, namespace: Name.default('ups') }),
    z.strictObject({ name: Name, namespace: Name.optional() }),
  ],
  {
    error:
      'must be the id of an audience as text (put numbers in quotes), { id: …, namespace: … } or { name: …, namespace: … }',
  },
);
export type AudienceRef = z.infer<typeof AudienceRef>;

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
    z.strictObject({ entered: Audiences.describe('An edge: the person becomes a member.') }),
    z.strictObject({ left: Audiences.describe('An edge: the person is a member no longer.') }),
    z.strictObject({
      stayed: Audiences.describe('An edge: a newer record says that the person is a member still.'),
    }),
    z.strictObject({
      member: LevelAudiences.describe('A level: judged whenever something new is known, member or not.'),
    }),
    z.strictObject({
      changed: Path.describe('An edge: the value of this attribute is another than the last one seen.'),
    }),
  ],
  {
    error:
      'must be exactly one of { entered: audience }, { left: audience }, { stayed: audience }, { member: audience }, { changed: path }',
  },
);

export const Rule = z.strictObject({
  name: Name.describe('What the rule is for; no two rules have the same name.'),
  when: When.describe('What the rule is about.'),
  if: Condition.optional().describe(
    'A condition on attributes and identities. A missing value makes a comparison false.',
  ),
  do: z.array(Action).min(1).describe('What to do.'),
  otherwise: z
    .array(StateAction)
    .min(1)
    .optional()
    .describe('For rules about "member": what holds while "member" and "if" do not.'),
  stop: z
    .boolean()
    .default(false)
    .describe('When this rule matched, later rules are left alone for this record.'),
  backfill: z
    .boolean()
    .default(false)
    .describe('Whether "send" is due even for memberships that were old when first seen.'),
  shadow: z
    .boolean()
    .default(false)
    .describe('Only tells what it would do: nothing of it is sent or remembered.'),
});
export type Rule = z.infer<typeof Rule>;

/** What a connection of any type may say about the rules that use it; all else is for its connector. */
export const CONNECTION_MEMBERS = {
  quota: z
    .array(CallLimit)
    .min(1)
    .refine((limits) => new Set(limits.map(({ seconds }) => seconds)).size === limits.length, {
      error: 'must not name the same number of seconds twice',
    })
    .optional()
    .describe('Most calls to this connection, all functions that share one state together (docs/quota.md).'),
  allow: z
    .array(z.enum(['delete']))
    .optional()
    .describe('What rules may not do to this connection unless it is named here.'),
  fields: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A list of the fields of this system, beside this file: for tributary check only (docs/check.md).',
    ),
};

/** An entry about files: who reads the rest of it knows files. */
export const FileEntry = z.looseObject({ name: Name });

/** A connection: who reads the rest of it is its type. */
const Connection = z.looseObject({ type: Name, ...CONNECTION_MEMBERS });

/** Rules whose name an earlier one has, and which one that is. */
export function repeatedNames(
  rules: readonly { readonly name: string }[],
): readonly { readonly index: number; readonly first: number }[] {
  const seen = new Map<string, number>();
  return rules.flatMap(({ name }, index) => {
    const first = seen.get(name);
    if (first !== undefined) return { index, first };
    seen.set(name, index);
    return [];
  });
}

/** Rules are told apart by their names, in what is said of a change and in what keeps a send from being repeated. */
const Rules = z.array(Rule).superRefine((rules, context) => {
  for (const { index, first } of repeatedNames(rules))
    context.addIssue({
      code: 'custom',
      path: [index, 'name'],
      message: `is the name of rules[${first}] too`,
    });
});

/** The customer's file, `tributary.yaml`, after YAML. Connections are checked by the connectors they name. */
export const RulesFile = z.strictObject({
  audiences: z
    .record(Name, AudienceRef)
    .describe(
      'Audiences by the names that rules use: an id as text (the namespace is ups then), { id: …, namespace: … }, or { name: … }, the name in Adobe, which is looked up while the deployment runs.',
    ),
  person: z
    .strictObject({
      key: z
        .array(KeyEntry)
        .min(1)
        .describe(
          'What a person is known by: the first that a record carries. Bare: identity namespace; dotted: attribute path.',
        ),
      wait: z
        .array(Namespace)
        .min(1)
        .optional()
        .describe('Identities under which a record without a key waits until one comes that carries both.'),
    })
    .describe('How a person is known.'),
  consent: z
    .strictObject({
      require: Path.describe('Attribute that must say yes ("y", "in", true) before anything is done.'),
      withdrawn: z
        .array(StateAction)
        .default([])
        .describe('What to do, and nothing else, for those whose consent says no.'),
    })
    .optional()
    .describe('Experience Platform does not enforce consent on these destinations.'),
  backfill: z
    .strictObject({
      days: z.number().positive().describe('Memberships older than this when first seen are backfill.'),
    })
    .default({ days: 2 })
    .describe('What counts as old news: nothing is sent because of it.'),
  refresh: z
    .strictObject({ days: z.number().positive() })
    .optional()
    .describe('What a target accepted longer ago is written again with the next record that concerns it.'),
  audit: AuditSection.optional().describe(
    'Whether it is written down why rows change, for tributary why (docs/why.md). On unless it says off.',
  ),
  profile: z
    .string()
    .min(1)
    .optional()
    .describe('A JSON schema (XDM) or a sample of the profile, beside this file: for tributary check only.'),
  connections: z
    .record(Name, Connection)
    .describe('The systems that are changed, by the names that actions use.'),
  rules: Rules.describe('What to do, in order: of two rules that write one field the later one wins.'),
  files: z
    .array(FileEntry)
    .optional()
    .describe('Files of exports: where they lie and what they mean (docs/files.md).'),
  tests: z.array(TestCase).optional().describe('Cases for tributary test.'),
});
export type RulesFile = z.infer<typeof RulesFile>;
