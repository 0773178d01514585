import type { Meaning } from './column-meaning.js';
import type { AudienceKey } from './known-audiences.js';

/** A profile export in the making. */
export type Body = Record<string, unknown>;
/** The cells of a row, by the headers of their columns. */
export type Cells = Readonly<Record<string, unknown>>;

/** A column that means something, by the header it has. */
export interface Column {
  readonly header: string;
  readonly meaning: Meaning;
}

/** What the rows of a file are about where they do not say so themselves. */
export interface About {
  readonly audience: AudienceKey | undefined;
  /** When the memberships were asserted that carry no time, as ISO 8601. */
  readonly time: string;
  /** Whether each row names its own columns: then one without a status is about a member, as in any profile. */
  readonly isOpen: boolean;
  /** The audience that a cell names. */
  readonly audienceOf: (cell: string) => AudienceKey;
}

/** Whether a value is an object, and no list. */
export const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object at some steps of another; made where there is none. What is not an object there gives way. */
export function objectAt(body: Body, steps: readonly string[]): Body {
  let here = body;
  for (const step of steps) {
    const next = here[step];
    const inside: Body = isObject(next) ? next : {};
    here[step] = inside;
    here = inside;
  }
  return here;
}
