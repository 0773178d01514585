import * as z from 'zod';
import { Name } from './name.js';
import { ENDINGS, type Json } from './ports.js';
import type { Operation } from './remote.js';
import { parseTime } from './time.js';

/** The words of the file for what can be done to a remote system. */
export const OPERATION_WORDS = {
  upsert: 'upsert',
  update: 'update',
  'add to': 'add',
  'remove from': 'remove',
  send: 'send',
  delete: 'delete',
} as const satisfies Record<string, Operation>;

type Word = keyof typeof OPERATION_WORDS;

// The keys of the table above, which is closed.
const WORDS = Object.keys(OPERATION_WORDS) as Word[];

const JsonValue: z.ZodType<Json> = z.json();

const Names = z.union([Name.transform((name) => [name]), z.array(Name).min(1)], {
  error: 'must be the name of a declared audience, or a list of such names',
});

const Time = z
  .union([z.string(), z.number()])
  .refine((time) => parseTime(time) !== undefined, 'must be a date and time such as 2026-07-01T12:00:00Z');

const Attribute = z
  .string()
  .regex(/^[^.[\]\s]+(\.[^.[\]\s]+)*$/, 'must be an attribute path without an index');

/** A record written down in a few words; what it leaves out is made up, always in the same way. */
export const ShortRecord = z
  .strictObject({
    identities: z
      .record(Name, z.union([Name.transform((id) => [id]), z.array(Name).min(1)]))
      .optional()
      .describe(
        'Ids by namespace; without it the person of the other records, or somebody made up. {} is nobody.',
      ),
    attributes: z.record(Attribute, JsonValue).optional().describe('Values by path; objects may be nested.'),
    member: Names.optional().describe('Audiences the person is in, by their declared names.'),
    left: Names.optional().describe('Audiences the person has left, by their declared names.'),
    at: Time.optional().describe('When; without it a minute after the record before.'),
  })
  .refine((record) => Object.keys(record).length > 0, 'says nothing');
export type ShortRecord = z.infer<typeof ShortRecord>;

/** A profile export as AEP sends it, written into the file. Anything else is taken for a short record, so that a typo is a fault. */
const WholeRecord = z
  .looseObject({})
  .refine(
    (body) => 'identityMap' in body || 'segmentMembership' in body,
    'a whole export has identityMap or segmentMembership; a short record has identities, attributes, member, left and at',
  );

const OneRecord = z.union(
  [
    Name.transform((file) => ({ file })),
    ShortRecord.transform((short) => ({ short })),
    WholeRecord.transform((body) => ({ body })),
  ],
  {
    error:
      'must be a file of events, a whole export (with identityMap or segmentMembership), or a short record of identities, attributes, member, left and at',
  },
);

/** One part of `given` or `state`: a file of events, a short record or a whole export. */
export type GivenRecord = z.infer<typeof OneRecord>;

const Given = z.union([OneRecord.transform((one) => [one]), z.array(OneRecord).min(1)]);

const Address = z.union([z.string(), z.number().transform(String)], {
  error: 'must be a text or a number',
});

function operationOf(action: { readonly [word in Word]?: string | undefined }): {
  operation: Operation;
  target: string;
} {
  for (const word of WORDS) {
    const target = action[word];
    if (target !== undefined) return { operation: OPERATION_WORDS[word], target };
  }
  return { operation: 'upsert', target: '' };
}

const Target = z.string().regex(/^[^/\s]+\/[^/\s]+$/, 'must be connection/object, for example sales/Contact');

/** An action that a case expects. What it does not name may be anything, unless it says `only`. */
export const ExpectedAction = z
  .strictObject({
    upsert: Target.optional(),
    update: Target.optional(),
    'add to': Target.optional(),
    'remove from': Target.optional(),
    send: Target.optional(),
    delete: Target.optional(),
    list: Name.optional(),
    match: z.record(Name, Address).optional().describe('What must address the row.'),
    set: z.record(Name, JsonValue).optional().describe('Fields and the values they must be given.'),
    without: z.array(Name).min(1).optional().describe('Fields that must not be written.'),
    only: z.boolean().default(false).describe('true: no field but those of set.'),
    shadow: z.boolean().default(false).describe('true: what a rule that is a shadow would do.'),
  })
  .refine((action) => WORDS.filter((word) => action[word] !== undefined).length === 1, {
    error: `must have exactly one of ${WORDS.join(', ')}`,
  })
  .transform(({ list, match, set, without, only, shadow, ...rest }) => ({
    ...operationOf(rest),
    list,
    match,
    set,
    without,
    only,
    shadow,
  }));
export type ExpectedAction = z.infer<typeof ExpectedAction>;

/**
 * A test of the rules: what has happened (`state`), what happens (`given`), and the actions that must come of it. `only`:
 * no other actions. `ending`: how the last record must end, so that "nothing" can be for the right reason.
 */
export const TestCase = z.strictObject({
  name: Name,
  state: Given.optional().describe('What happened before: delivered, and its actions do not count.'),
  given: Given.describe('What happens: short records, whole exports, files of events.'),
  expect: z
    .union([z.literal('nothing').transform((): ExpectedAction[] => []), z.array(ExpectedAction).min(1)], {
      error: 'must be the word nothing, or a list of actions such as { upsert: sales/Contact, set: { … } }',
    })
    .describe('The actions that must come of it, or the word nothing.'),
  only: z.boolean().default(false).describe('true: no action but those expected.'),
  ending: z.enum(ENDINGS).optional().describe('How the last record must end.'),
});
export type TestCase = z.infer<typeof TestCase>;
