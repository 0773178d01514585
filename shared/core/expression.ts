/** A value written in a condition. */
export type Literal =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  /** Epoch microseconds. */
  | { readonly type: 'date'; readonly value: number };

/** Signs that compare, longest first, as a reader of text must try them. */
export const COMPARISONS = ['!=', '<=', '>=', '=', '<', '>'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** What is looked at: an attribute path, the identity of a namespace, or the person's key. */
export type Subject =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'identity'; readonly namespace: string }
  | { readonly kind: 'key' };

/** What is asked of it. */
export type Question =
  | { readonly op: 'exists' }
  | { readonly op: Comparison; readonly value: Literal }
  | { readonly op: 'in'; readonly values: readonly Literal[] }
  | { readonly op: 'contains'; readonly value: Literal }
  | { readonly op: 'starts with' | 'matches'; readonly value: string }
  /** At most so many microseconds before (`last`) or after (`next`) now. */
  | { readonly op: 'within'; readonly side: 'last' | 'next'; readonly micros: number };

/**
 * One test of one value. `negated` is the `not` of `not in` and the like: but for `exists` it needs a value to be there,
 * unlike a `not` in front of the test. `text` is the test as it was written and `at` its offset in the condition, for people.
 */
export interface Test {
  readonly subject: Subject;
  readonly question: Question;
  readonly negated: boolean;
  readonly text: string;
  readonly at: number;
}

/** A condition that was written as text, once it has been read. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Expression[] }
  | { readonly kind: 'not'; readonly item: Expression }
  | { readonly kind: 'test'; readonly test: Test };
