import type * as z from 'zod';

/** Whose deployments a setting is for; what only a command of this project reads; what only the local run sets. */
export type Where = 'AWS, Azure' | 'AWS' | 'Azure' | 'commands' | 'local run';

/** One setting: what is checked at the start and what docs/settings.md and `tributary doctor` say of it. */
export interface Row<S extends z.ZodType = z.ZodType> {
  /** What may stand there. Its default is the setting's; one that takes no `undefined` must be set. */
  readonly schema: S;
  readonly where: Where;
  /** What it is, in a sentence without its default. */
  readonly about: string;
  /** Values that could stand there as they are; of a secret one that names it. The first one is the most likely. */
  readonly examples: readonly [string, ...string[]];
  /** Where the schema cannot tell what may stand there. */
  readonly kind?: string;
  /** What counts when it is not set and the schema has no default. */
  readonly unset?: string;
  /** It is a secret itself, and belongs where secrets are kept. */
  readonly secret?: true;
  /** An identity of Azure may stand in its place, or beside it: settings `NAME__accountName` and so on. */
  readonly identity?: true;
}

/** Settings by their names. */
export type Rows = Readonly<Record<string, Row>>;

/** The schemas of rows, as the shape of an object of settings. */
export const shapeOf = <const T extends Rows>(rows: T): { readonly [Name in keyof T]: T[Name]['schema'] } =>
  // What `fromEntries` forgets: which schema belongs to which name.
  Object.fromEntries(Object.entries(rows).map(([name, { schema }]) => [name, schema])) as {
    [Name in keyof T]: T[Name]['schema'];
  };

/** How a fault says what to set: `for example A or B`. */
export const exampleOf = ({ examples }: Row): string => `for example ${examples.join(' or ')}`;
