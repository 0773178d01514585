import * as z from 'zod';

/** Names people give to audiences, connections and rules' parts. */
const Name = z.string().min(1).max(200);

/** An attribute path: `person.name.firstName`, `_acme.loyalty.tier`. */
export const Path = z
  .string()
  .regex(/^[A-Za-z_][\w-]*(\.[\w:-]+)*$/, 'must be an attribute path such as person.name.firstName');

/** Whether an entry of `person.key` is an identity namespace, bare or a URI; any other entry with a dot is a path. */
export const isNamespace = (entry: string): boolean => !entry.includes('.') || entry.includes('://');

const KeyEntry = Name.refine((entry) => isNamespace(entry) || Path.safeParse(entry).success, {
  error: 'must be an identity namespace such as crmid, or an attribute path such as personalEmail.address',
});

/** `$key` stands for the value of the person's key. */
const KEY = '$key';

export const AudienceRef = z.union(
  [
    Name.transform((id) => ({ id, namespace: 'ups' })),
    z.strictObject({ id: Name, namespace: Name.default('ups') }),
  ],
  { error: 'must be the id of an audience as text (put numbers in quotes), or { id: …, namespace: … }' },
);

export const CASTS = ['lowercase', 'uppercase', 'trim', 'string', 'number', 'boolean'] as const;
const Constant = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'must be a text, a number, true, false or null',
});

/** Where the value of one field comes from. A bare string is a path (or `$key`), so that a typo is a fault, not a text. */
export const FieldSource = z.union(
  [
    z.literal(KEY).transform(() => ({ key: true as const })),
    Path.transform((from) => ({ from })),
    z.number().transform((value) => ({ value })),
    z.boolean().transform((value) => ({ value })),
    z.null().transform((value) => ({ value })),
    z.strictObject({ from: Path, default: Constant.optional(), as: z.enum(CASTS).optional() }),
    z.strictObject({ member: Name }),
    z.strictObject({ audiences: z.literal('all'), join: z.string().optional() }),
    z.strictObject({ value: Constant }),
  ],
  {
    error:
      'must be an attribute path such as person.name.firstName, $key, a number, true, false, null, or exactly one of { from: path }, { member: audience }, { audiences: all }, { value: constant }; a constant text is written { value: text }',
  },
);
export type FieldSource = z.infer<typeof FieldSource>;

export const MatchSource = z.union(
  [z.literal(KEY).transform(() => ({ key: true as const })), Path.transform((from) => ({ from }))],
  { error: 'must be $key or an attribute path such as person.name.firstName' },
);

/** `connection/object`. */
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
});
export type RulesFile = z.infer<typeof RulesFile>;
