import type { Json } from '../core/ports.js';

export type { Json } from '../core/ports.js';

/** Marks what this module made; the same in every copy of it, as a file of functions may bring its own. */
const DEFINED = Symbol.for('tributary.function');

/** What a function reads, so that just that is kept of a person. */
export interface Reads<Path extends string, Namespace extends string, Audience extends string> {
  /** Attribute paths, as in a rule file: `loyalty.points`, `addresses[type=home].city`. */
  readonly paths?: readonly Path[];
  /** Identity namespaces, in any case: `email`. */
  readonly identities?: readonly Namespace[];
  /** Audiences by the names the rule file gives them. */
  readonly audiences?: readonly Audience[];
  /** Whether it asks for the time. */
  readonly now?: boolean;
}

/** The person a function decides about. Asking for what `reads` does not name throws. */
export interface Person<Path extends string, Namespace extends string, Audience extends string> {
  /** Newest known value of an attribute; undefined when there is none. It is a copy. */
  value(path: Path): Json | undefined;
  /** Value of the identity of a namespace; undefined when there is none. */
  identity(namespace: Namespace): string | undefined;
  /** Whether the person is in an audience. */
  member(audience: Audience): boolean;
  /** The person's key: `$key` of the rule file. */
  readonly key: string;
  /** Time of the newest record of the person: never the time of day, so that a replay decides alike. */
  readonly now: Date;
}

/** A condition for `if: { function: name }`. */
export interface DefinedRule {
  readonly kind: 'rule';
}

/** A value for `set: { Field: { function: name } }`. */
export interface DefinedMapping {
  readonly kind: 'mapping';
}

/** Whether a value was made by {@link defineRule} or {@link defineMapping} of any copy of this module. */
export const isDefined = (value: unknown): value is DefinedRule | DefinedMapping =>
  typeof value === 'object' && value !== null && DEFINED in value;

/**
 * Makes a condition of a function. `holds` must be pure and answer at once, with true or false: the same person must
 * always come to the same. When it throws, or gives anything else, that counts against the condition.
 */
export function defineRule<
  const Path extends string = never,
  const Namespace extends string = never,
  const Audience extends string = never,
>(rule: {
  readonly reads: Reads<Path, Namespace, Audience>;
  readonly holds: (person: Person<Path, Namespace, Audience>) => boolean;
}): DefinedRule {
  return Object.assign({ kind: 'rule' as const, [DEFINED]: true }, rule);
}

/**
 * Makes a mapping of a function. `value` must be pure and answer at once: a JSON value, null to clear the field, or
 * undefined for no value, which is also what it comes to when it throws or gives anything else.
 */
export function defineMapping<
  const Path extends string = never,
  const Namespace extends string = never,
  const Audience extends string = never,
>(mapping: {
  readonly reads: Reads<Path, Namespace, Audience>;
  readonly value: (person: Person<Path, Namespace, Audience>) => Json | undefined;
}): DefinedMapping {
  return Object.assign({ kind: 'mapping' as const, [DEFINED]: true }, mapping);
}
