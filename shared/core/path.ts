import * as z from 'zod';

/** An attribute path: `person.name.firstName`, `_acme.loyalty.tier`. */
export const Path = z
  .string()
  .regex(/^[A-Za-z_][\w-]*(\.[\w:-]+)*$/, 'must be an attribute path such as person.name.firstName');

/** An attribute path that some rule reads, split once. */
export interface ReadPath {
  readonly text: string;
  readonly steps: readonly string[];
  /** Set when this is not an attribute but the identity of a namespace (small letters). */
  readonly identity?: string;
}

/** Splits a path into its steps. */
export const split = (text: string): ReadPath => ({ text, steps: text.split('.') });

/** The value at a path of a parsed JSON object; undefined when any step is missing or no object's own member. */
export function valueAt(body: Readonly<Record<string, unknown>>, path: ReadPath): unknown {
  let value: unknown = body;
  for (const step of path.steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    if (step === 'length' && Array.isArray(value)) return undefined;
    // Own member of a parsed JSON object, checked in the line above.
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
