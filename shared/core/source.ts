import * as z from 'zod';
import { CAST_NAMES } from './casts.js';
import { Name } from './name.js';
import { KEY, namespaceOf, Reference } from './reference.js';

const Constant = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'must be a text, a number, true, false or null',
});
const CastName = z.enum(CAST_NAMES, { error: `must be one of ${CAST_NAMES.join(', ')}` });

/** What may be done with a value before it is written. The order is that of `stepsOf`, whatever their order in the file. */
const CONVERSIONS = {
  join: z.string().optional().describe('Makes one text of a list, with this between its items.'),
  as: z
    .union([CastName, z.array(CastName).min(1)], {
      error: `must be one of ${CAST_NAMES.join(', ')}, or a list of them`,
    })
    .optional()
    .describe('Changes or converts the value; of a list, one after another.'),
  lookup: z
    .record(z.string(), Constant)
    .refine((table) => Object.keys(table).length > 0, 'must have an entry, for example { gold: Gold }')
    .optional()
    .describe('Replaces the value by what the table has for it. A value that is not in the table is none.'),
  date: z.string().min(1).optional().describe('Writes a time in this format, for example yyyy-MM-dd.'),
  zone: Name.optional().describe('Time zone of date, for example Europe/Berlin; UTC when absent.'),
  phone: z
    .string()
    .regex(/^(?:[A-Z]{2}|international)$/, 'must be a country such as DE, in capitals, or international')
    .optional()
    .describe('Writes a phone number as E.164; numbers without + are of this country.'),
  decimals: z
    .int({ error: 'must be a whole number from 0 to 10' })
    .min(0, 'must be a whole number from 0 to 10')
    .max(10, 'must be a whole number from 0 to 10')
    .optional()
    .describe('Rounds a number to so many decimals, halves away from zero.'),
  hash: z
    .literal('sha256', { error: 'must be sha256' })
    .optional()
    .describe(
      'Writes the SHA-256 of what the other steps made, in hexadecimal; nothing is trimmed by itself.',
    ),
};

/** The steps of a source, as the schema gives them. */
export type Conversions = z.infer<z.ZodObject<typeof CONVERSIONS>>;

const Default = Constant.optional().describe(
  'Is written when there is no value, as it stands here; null clears.',
);

const ALONE = ['lookup', 'date', 'phone', 'decimals'] as const;

/** What no type can say: `zone` belongs to `date`, and each of the four makes something that no other could go on with. */
function checkSteps(source: Conversions, context: z.RefinementCtx): void {
  if (source.zone !== undefined && source.date === undefined) {
    context.addIssue({ code: 'custom', path: ['zone'], message: 'belongs to date, which is not here' });
  }
  const [first, second] = ALONE.filter((name) => source[name] !== undefined);
  if (second === undefined) return;
  context.addIssue({ code: 'custom', path: [second], message: `cannot be combined with ${first}` });
}

const { join, as, lookup, date, zone } = CONVERSIONS;

const from = Reference.describe('Attribute path such as person.name.firstName, $key, or $identity.crmid.');
const identity = Name.describe('Identity of this namespace: the primary one, else the smallest.');
const template = z
  .string()
  .min(1)
  .describe('Text with placeholders such as {person.name.firstName} or {person.name.firstName|friend}.');
const named = Name.describe('Name of a mapping function of yours.');

/** `$key` by itself stays what it is; an identity is told by its namespace. */
function bareSource(
  reference: string,
): { key: true } | ({ identity: string } & Conversions) | ({ from: string } & Conversions) {
  if (reference === KEY) return { key: true };
  const namespace = namespaceOf(reference);
  return namespace === undefined ? { from: reference } : { identity: namespace };
}

/** Every source but `concat`, which is made of them. */
const PARTS = [
  Reference.transform(bareSource),
  z.number().transform((value) => ({ value })),
  z.boolean().transform((value) => ({ value })),
  z.null().transform((value) => ({ value })),
  z.strictObject({ value: Constant.describe('Always the same.') }),
  z.strictObject({ from, ...CONVERSIONS, default: Default }).superRefine(checkSteps),
  z.strictObject({ identity, ...CONVERSIONS, default: Default }).superRefine(checkSteps),
  z.strictObject({ template, ...CONVERSIONS, default: Default }).superRefine(checkSteps),
  z.strictObject({
    member: Name.describe('Whether the person is in this audience: true or false.'),
    as,
    lookup,
    default: Default,
  }),
  z.strictObject({
    audiences: z
      .union([z.literal('all'), z.array(Name).min(1)], { error: 'must be all, or a list of audiences' })
      .describe('The audiences the person is in: all that are declared here, or those of a list.'),
    by: z
      .enum(['name', 'id'], { error: 'must be name or id' })
      .optional()
      .describe('Whether audiences are told by their names in this file, as when absent, or by their ids.'),
    join,
  }),
  z
    .strictObject({
      since: Name.describe(
        'When the person entered this audience, last qualified in it; null for who is not in it.',
      ),
      date,
      zone,
      default: Default,
    })
    .superRefine(checkSteps),
  z
    .strictObject({
      liquid: z.string().min(1).describe('Text body in the Liquid language.'),
      ...CONVERSIONS,
      default: Default,
    })
    .superRefine(checkSteps),
  z.strictObject({ function: named, ...CONVERSIONS, default: Default }).superRefine(checkSteps),
] as const;

const SIMPLE = 'an attribute path such as person.name.firstName, $key, $identity.crmid';
const FORMS =
  '{ from: path }, { value: constant }, { template: text }, { identity: namespace }, { member: audience }, { audiences: all }, { since: audience }, { liquid: text }, { function: name }';

const Part = z.union(PARTS, {
  error: `must be ${SIMPLE}, a number, true, false, null, or exactly one of ${FORMS}`,
});

/** Where the value of one field comes from. A bare text is a path (or `$key`), so that a typo is a fault, not a text. */
export const FieldSource = z.union(
  [
    ...PARTS,
    z
      .strictObject({
        concat: z
          .array(Part)
          .min(1)
          .describe('Sources whose texts are put together; what has none is skipped.'),
        ...CONVERSIONS,
        default: Default,
      })
      .superRefine(checkSteps),
  ],
  {
    error: `must be ${SIMPLE}, a number, true, false, null, or exactly one of ${FORMS}, { concat: [sources] }; a constant text is written { value: text }`,
  },
);
export type FieldSource = z.infer<typeof FieldSource>;

/** What addresses a row. It has no constant and no default: with one, different people would share a row. */
export const MatchSource = z.union(
  [
    Reference.transform(bareSource),
    z.strictObject({ from, ...CONVERSIONS }).superRefine(checkSteps),
    z.strictObject({ identity, ...CONVERSIONS }).superRefine(checkSteps),
    z.strictObject({ template, ...CONVERSIONS }).superRefine(checkSteps),
    z.strictObject({ function: named, ...CONVERSIONS }).superRefine(checkSteps),
  ],
  {
    error: `must be ${SIMPLE}, or exactly one of { from: path }, { identity: namespace }, { template: text }, { function: name }, without default`,
  },
);
export type MatchSource = z.infer<typeof MatchSource>;

/** Whether a source gives the same value always; all other sources follow what is known of the person. */
export const isConstant = <T extends object>(source: T): source is Extract<T, { value: unknown }> =>
  'value' in source;
