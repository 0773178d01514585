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

/**
 * The value of `if`. What a text says is not read here but by `judgeOf`, which also bounds how deep conditions nest.
 */
export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union(
    [
      z.string().min(1),
      z.strictObject({ all: z.array(Condition).min(1) }),
      z.strictObject({ any: z.array(Condition).min(1) }),
      z.strictObject({ not: Condition }),
      z.strictObject({ cel: z.string().min(1) }),
      z.strictObject({ function: Name }),
    ],
    {
      error:
        'must be a text such as "loyalty.points >= 1000", or exactly one of { all: [conditions] }, { any: [conditions] }, { not: condition }, { cel: "expression" }, { function: name }',
    },
  ),
);
