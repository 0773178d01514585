import * as z from 'zod';
import { Name } from './name.js';
import { Path } from './path.js';

/** `$key` stands for the value of the person's key. */
const KEY = '$key';

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

/** Whether a source gives the same value whoever the person is. */
export const isConstant = (source: FieldSource): boolean => 'value' in source;
