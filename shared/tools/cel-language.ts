/**
 * What of CEL a condition may use: name and most arguments. Left out is whatever makes lists and texts grow (`map`,
 * `bind`, `split`, `join`), so that the time an expression takes can be told beforehand, and what depends on the zone of
 * the machine.
 */
export const FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ['has', 1],
  ['size', 1],
  ['time', 1],
  ['timestamp', 1],
  ['duration', 1],
  ['int', 1],
  ['double', 1],
  ['string', 1],
  ['bool', 1],
  ['type', 1],
]);

/** The same of what is called on a value: `tags.exists(t, t == "a")`. */
export const METHODS: ReadonlyMap<string, number> = new Map([
  ['exists', 2],
  ['exists_one', 2],
  ['all', 2],
  ['filter', 2],
  ['size', 0],
  ['contains', 1],
  ['startsWith', 1],
  ['endsWith', 1],
  ['matches', 1],
  ['lowerAscii', 0],
  ['upperAscii', 0],
  ['trim', 0],
  ['indexOf', 2],
  ['lastIndexOf', 2],
  ['substring', 2],
  ['getFullYear', 0],
  ['getMonth', 0],
  ['getDate', 0],
  ['getDayOfMonth', 0],
  ['getDayOfWeek', 0],
  ['getHours', 0],
  ['getMinutes', 0],
  ['getSeconds', 0],
  ['getMilliseconds', 0],
]);

/** Methods that hold their second argument against every element, which the first one names. */
export const LOOPS: ReadonlySet<string> = new Set(['exists', 'exists_one', 'all', 'filter']);

/** Names of types, for `type(x) == string`. */
export const TYPE_NAMES = ['string', 'bool', 'int', 'double', 'list', 'map', 'null_type'] as const;

/** What an expression looks at: the first three by a member that is written out, the others as they are. */
export const ROOTS = ['profile', 'identity', 'member'] as const;
export type Root = (typeof ROOTS)[number];
export const PLAIN = ['key', 'now'] as const;

/** Our own method in the place of `matches`, which would backtrack. */
export const LINEAR_MATCHES = 'matchesInLinearTime';
