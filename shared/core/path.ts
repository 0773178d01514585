import * as z from 'zod';

const NAME = '[\\w:-]+';
/** No brackets, not even within quotes: where a step ends is never in doubt. */
const WANTED = `(?:[\\w:.@/+-]+|"[^"[\\]\\n]*"|'[^'[\\]\\n]*')`;
/** What follows the first name: `.name`, `[0]` or `[type=home]`. No character can belong to two parts: one pass is enough. */
const STEP = `\\.${NAME}|\\[\\d{1,6}\\]|\\[${NAME}(?:\\.${NAME})*=${WANTED}\\]`;

/** The pattern of {@link Path}, for patterns that hold one. */
export const PATH = `[A-Za-z_][\\w-]*(?:${STEP})*`;

/**
 * An attribute path: `person.name.firstName`, `_acme.loyalty.tier`, `lines[0].sku` (an item of a list, counted from 0),
 * `addresses[type=home].city` (the first item whose member has this value; quotes around a value with blanks in it).
 */
export const Path = z
  .string()
  .regex(new RegExp(`^${PATH}$`), 'must be an attribute path such as person.name.firstName');

/** The first item of a list whose member, at `steps` below it, has this value, seen as a text. */
export interface Where {
  readonly steps: readonly string[];
  readonly wanted: string;
}

/** One step of a path: the name of a member, the place of an item, or what the item must be like. */
export type Step = string | number | Where;

/** An attribute path that some rule reads, split once. */
export interface ReadPath {
  readonly text: string;
  readonly steps: readonly Step[];
  /** Set when this is not an attribute but the identity of a namespace (small letters). */
  readonly identity?: string;
}

const bare = (wanted: string): string => (/^["']/.test(wanted) ? wanted.slice(1, -1) : wanted);

function bracketed(inside: string): Step {
  const equals = inside.indexOf('=');
  if (equals < 0) return Number(inside);
  return { steps: inside.slice(0, equals).split('.'), wanted: bare(inside.slice(equals + 1)) };
}

const PARTS = new RegExp(`(?:^|\\.)(${NAME})|\\[([^\\]]*)\\]`, 'g');

/** Splits a path, as {@link Path} takes it, into its steps. */
export function split(text: string): ReadPath {
  if (!text.includes('[')) return { text, steps: text.split('.') };
  const steps = [...text.matchAll(PARTS)].map(([, name, inside]) => name ?? bracketed(inside ?? ''));
  return { text, steps };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an item is the one that is meant: a text that is the same, or a number, true or false that reads the same. */
function fits(item: unknown, { steps, wanted }: Where): boolean {
  let value = item;
  for (const step of steps) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return false;
    value = value[step];
  }
  return typeof value === 'object' ? false : value !== undefined && String(value) === wanted;
}

/**
 * The value at a path of a parsed JSON object; undefined when any step is missing or no object's own member. Names are
 * about objects and brackets about lists: a list has no member `0`, nor any other.
 */
export const valueAt = (body: Readonly<Record<string, unknown>>, path: ReadPath): unknown =>
  follow(body, path.steps);

/** The same from anywhere inside such an object. */
export function follow(from: unknown, steps: readonly Step[]): unknown {
  let value = from;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (typeof step === 'string') {
      if (Array.isArray(value) || !Object.hasOwn(value, step)) return undefined;
      // Own member of a parsed JSON object, checked in the line above.
      value = (value as Record<string, unknown>)[step];
    } else {
      if (!Array.isArray(value)) return undefined;
      value = typeof step === 'number' ? value[step] : value.find((item) => fits(item, step));
    }
  }
  return value;
}
