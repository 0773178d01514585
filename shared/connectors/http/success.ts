import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Reply } from '../wire/transport.js';

/** A dotted path into a JSON body, e.g. `result.0.id`. */
export const BodyPath = z.string().min(1);

/**
 * For servers that say "no" with status 200: what the body, or one item of it, must say for a row to count as accepted. An
 * absent member and null count alike; `equals` without a path is about the whole body or item; `text` is for a body that is
 * not JSON.
 */
export const HttpSuccess = z
  .strictObject({
    present: BodyPath.optional(),
    absent: BodyPath.optional(),
    equals: z.strictObject({ path: BodyPath.optional(), value: z.json() }).optional(),
    text: z.string().min(1).optional(),
  })
  .refine((rule) => Object.keys(rule).length > 0, 'must hold "present", "absent", "equals" or "text"');
export type HttpSuccess = z.infer<typeof HttpSuccess>;

/** What stands at a path; `undefined` where nothing or null does. Without a path: the value itself. */
export function at(json: unknown, path?: string): unknown {
  let value = json;
  for (const name of path === undefined ? [] : path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value ?? undefined;
}

/** What a JSON value says under a rule: yes, no, or nothing that could be understood. */
export function verdict({ present, absent, equals }: HttpSuccess, json: unknown): 'yes' | 'no' | 'unclear' {
  if (json === undefined) return 'unclear';
  const met =
    (present === undefined || at(json, present) !== undefined) &&
    (absent === undefined || at(json, absent) === undefined) &&
    (equals === undefined || isDeepStrictEqual(at(json, equals.path), equals.value ?? undefined));
  return met ? 'yes' : 'no';
}

/** What an answer says under a rule. */
export function verdictOf(rule: HttpSuccess, reply: Reply): 'yes' | 'no' | 'unclear' {
  const { text, ...rest } = rule;
  if (text !== undefined && reply.text.trim() !== text) return 'no';
  return Object.keys(rest).length === 0 ? 'yes' : verdict(rest, reply.json);
}
