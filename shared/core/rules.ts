import * as z from 'zod';
import { Name } from './name.js';
import { Path } from './path.js';
import { FieldSource, MatchSource } from './source.js';
import { TestCase } from './test-case.js';

/** Whether an entry of `person.key` is an identity namespace, bare or a URI; any other entry with a dot is a path. */
export const isNamespace = (entry: string): boolean => !entry.includes('.') || entry.includes('://');

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
  .regex(/^[^/\s]+\/[^/\s]+$/, 'must be connection/object, for example sales/Contact');

export const UpsertAction = z.strictObject({
  upsert: Target,
  match: z
    .record(Name, MatchSource)
    .refine(
      (match) => Object.keys(match).length === 1,
      'must name exactly one field, for example { Id__c: $key }',
    ),
  set: z.record(Name, FieldSource).default({}),
});

/** Edges (`entered`, `left`, `stayed`) fire on one transition; the level `member` follows the standing. */
export const When = z.union(
  [
    z.strictObject({ entered: Name }),
    z.strictObject({ left: Name }),
    z.strictObject({ stayed: Name }),
    z.strictObject({ member: Name }),
  ],
  {
    error:
      'must be exactly one of { entered: audience }, { left: audience }, { stayed: audience }, { member: audience }',
  },
);

export const Rule = z.strictObject({
  name: Name,
  when: When,
  do: z.array(UpsertAction).min(1),
});
export type Rule = z.infer<typeof Rule>;

/** The customer's file, `tributary.yaml`, after YAML. Connections are checked by the connectors they name. */
export const RulesFile = z.strictObject({
  audiences: z.record(Name, AudienceRef),
  person: z.strictObject({ key: z.array(KeyEntry).min(1) }),
  consent: z.strictObject({ require: Path }).optional(),
  connections: z.record(Name, z.looseObject({ type: Name })),
  rules: z.array(Rule),
  tests: z.array(TestCase).optional(),
});
export type RulesFile = z.infer<typeof RulesFile>;
