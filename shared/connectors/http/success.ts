import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

const Path = z.string().min(1);

/**
 * For servers that say "no" with status 200: what the JSON body must say for a row to count as accepted. A path is dotted,
 * e.g. `result.0.id`; an absent member and null count alike.
 */
export const HttpSuccess = z
  .strictObject({
    present: Path.optional(),
    absent: Path.optional(),
    equals: z.strictObject({ path: Path, value: z.json() }).optional(),
  })
  .refine((rule) => Object.keys(rule).length > 0, 'must hold "present", "absent" or "equals"');
export type HttpSuccess = z.infer<typeof HttpSuccess>;

function at(json: unknown, path: string): unknown {
  let value = json;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value ?? undefined;
}

/** What a body says under a rule: yes, no, or nothing that could be understood. */
export function verdict(rule: HttpSuccess, json: unknown): 'yes' | 'no' | 'unclear' {
  if (json === undefined) return 'unclear';
  const { present, absent, equals } = rule;
  const met =
    (present === undefined || at(json, present) !== undefined) &&
    (absent === undefined || at(json, absent) === undefined) &&
    (equals === undefined || isDeepStrictEqual(at(json, equals.path), equals.value ?? undefined));
  return met ? 'yes' : 'no';
}
