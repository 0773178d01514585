import * as z from 'zod';
import { declared, nearest } from '../core/names.js';
import type { PathFinding } from './places.js';
import { plainly } from './wording.js';

type Path = PathFinding['path'];

interface Said {
  readonly path: Path;
  readonly message: string;
  /** Of a member nobody knows: the members there are. */
  readonly known?: readonly string[];
  /** Whether it says no more than that the value is of another type or form: then another alternative was meant. */
  readonly alien?: boolean;
}

/** What is being explained. */
interface Reading {
  readonly value: unknown;
  /** Path of the value in the file. */
  readonly base: Path;
  /** The list of keys of an issue → the members that its schema has. */
  readonly members: ReadonlyMap<readonly string[], readonly string[]>;
}

const ALIEN = new Set(['invalid_type', 'invalid_value', 'invalid_format', 'invalid_union']);

/** What stands at a path of what is read; undefined when nothing does. */
function valueAt(path: Path, { value, base }: Reading): unknown {
  let at = value;
  for (const step of path.slice(base.length)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    // Own member, checked in the line above.
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}

const nameOf = ({ path }: Said): string => String(path.at(-1));

const parentOf = ({ path }: Said): string => JSON.stringify(path.slice(0, -1));

/** A slip makes one member unknown and another one missing: the first says it all. */
function paired(said: readonly Said[], reading: Reading): readonly Said[] {
  const unknown = new Map<string, string[]>();
  for (const one of said) {
    if (!one.known) continue;
    const parent = parentOf(one);
    unknown.set(parent, [...(unknown.get(parent) ?? []), nameOf(one)]);
  }
  if (unknown.size === 0) return said;
  return said.filter((one) => {
    if (one.known || valueAt(one.path, reading) !== undefined) return true;
    const slips = unknown.get(parentOf(one)) ?? [];
    return !slips.some((slip) => nearest(slip, [nameOf(one)]).length > 0);
  });
}

/**
 * When nothing in a value belongs to the alternative that was meant, its members are but some of those that may stand
 * there: those of all alternatives are told.
 */
function widened(
  said: readonly Said[],
  branches: readonly (readonly Said[])[],
  value: unknown,
): readonly Said[] {
  const unknown = said.filter(({ known }) => known !== undefined);
  if (typeof value !== 'object' || value === null || unknown.length < Object.keys(value).length) return said;
  return said.map((one) => {
    const path = JSON.stringify(one.path);
    const same = branches.flat().filter((other) => JSON.stringify(other.path) === path);
    return one.known ? { ...one, known: [...new Set(same.flatMap(({ known }) => known ?? []))] } : one;
  });
}

/**
 * Of the alternatives of a union, the one that was meant: its type fits, and it has the fewest complaints. When that
 * leaves none or several, the union speaks for all of them.
 */
function meant(
  branches: readonly (readonly Said[])[],
  path: Path,
  reading: Reading,
): readonly Said[] | undefined {
  const fitting = branches.filter((said) => !said.some((one) => one.alien && one.path.length <= path.length));
  const fewest = Math.min(...fitting.map((said) => said.length));
  const [best, ...rivals] = fitting.filter((said) => said.length === fewest);
  return best && rivals.length === 0 ? widened(best, fitting, valueAt(path, reading)) : undefined;
}

function explainIssue(issue: z.core.$ZodIssue, at: Path, reading: Reading): readonly Said[] {
  const path = [...at, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = reading.members.get(issue.keys) ?? [];
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not known here', known }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, message: `the name is not allowed: it ${message}` }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branches = issue.errors.map((errors) => explainAll(errors, path, reading));
    const said = meant(branches, path, reading);
    if (said) return said;
  }
  return [{ path, message: issue.message, alien: ALIEN.has(issue.code) }];
}

const explainAll = (issues: readonly z.core.$ZodIssue[], at: Path, reading: Reading): readonly Said[] =>
  paired(
    issues.flatMap((issue) => explainIssue(issue, at, reading)),
    reading,
  );

/** Hints for more findings than anybody reads would take long. */
const MOST_HINTS = 100;

/** A schema's own words say what must be, not that nothing is there. */
function inFull(one: Said, place: number, reading: Reading): string {
  const { message, known } = one;
  if (known && place < MOST_HINTS) return `${message}; ${declared(nameOf(one), known, 'known')}`;
  return message.startsWith('must ') && valueAt(one.path, reading) === undefined
    ? `is missing; it ${message}`
    : message;
}

/** A value that a schema takes, or what is wrong with it. `base` is the path of the value in the file. */
export function readAs<T>(
  schema: z.ZodType<T>,
  value: unknown,
  base: Path,
):
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly findings: readonly PathFinding[] } {
  const members = new Map<readonly string[], readonly string[]>();
  const parsed = schema.safeParse(value, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject)
        members.set(issue.keys, Object.keys(issue.inst.shape));
      return plainly(issue);
    },
  });
  if (parsed.success) return { ok: true, value: parsed.data };
  const reading = { value, base, members };
  const findings = explainAll(parsed.error.issues, base, reading).map((one, place) => ({
    code: 'config.invalid' as const,
    path: one.path,
    message: inFull(one, place, reading),
  }));
  return { ok: false, findings };
}
