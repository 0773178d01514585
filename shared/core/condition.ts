import * as z from 'zod';
import { Name } from './name.js';

/** A condition as it stands in a rule file: a text of the condition language, or a combination, or an escape hatch. */
export type Condition =
  | string
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly cel: string }
  | { readonly function: string };

const FORMS =
  '{ all: [conditions] }, { any: [conditions] }, { not: condition }, { cel: "expression" } or { function: name }';

const Conditions: z.ZodType<readonly Condition[]> = z.lazy(() => z.array(Condition).min(1));

/** One object and not one for each form: of what is none of them, five schemas would have five things to say. */
const Member = z
  .strictObject({
    all: Conditions.optional(),
    any: Conditions.optional(),
    not: z.lazy(() => Condition).optional(),
    cel: z.string().min(1).optional(),
    function: Name.optional(),
  })
  .refine((members) => Object.keys(members).length === 1, {
    error: `must be exactly one of ${FORMS}`,
    // A name that is not known says it all.
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ minProperties: 1, maxProperties: 1 });

/**
 * The value of `if`. What a text says is not read here but by `judgeOf`, which also bounds how deep conditions nest.
 */
export const Condition: z.ZodType<Condition> = z.union([z.string().min(1), Member], {
  error: `must be a text such as "loyalty.points >= 1000", or exactly one of ${FORMS}`,
}) as z.ZodType<Condition>; // exactly one member is there, as the refinement has seen
