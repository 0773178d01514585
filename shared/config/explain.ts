import type * as z from 'zod';
import type { PathFinding } from './places.js';

type Path = PathFinding['path'];
type Said = Pick<PathFinding, 'path' | 'message'>;

const depthOf = (said: readonly Said[]): number => Math.max(0, ...said.map(({ path }) => path.length));

/** The schema's words for a member that is not there name a type and "undefined"; people look for "missing". */
const plainly = (message: string): string =>
  message
    .replace(/^Invalid input: expected (.+), received undefined$/, 'is missing; it must be of type $1')
    .replace(/^Invalid input: expected (.+), received null$/, 'is empty; it must be of type $1')
    .replace(
      /^Invalid input: expected string, received (number|boolean)$/,
      'is read as a $1; put it in quotes',
    )
    .replace(/^Invalid input: expected (.+), received (.+)$/, 'must be of type $1, not $2');

/**
 * Of the alternatives of a union, the one that was meant: its type fits, so its complaints lie deeper, and it has the
 * fewest. When that leaves none or several, the union speaks for all of them.
 */
function meant(branches: readonly (readonly Said[])[], path: Path): readonly Said[] | undefined {
  const fitting = branches.filter((said) => depthOf(said) > path.length);
  const fewest = Math.min(...fitting.map((said) => said.length));
  const best = fitting.filter((said) => said.length === fewest);
  return best.length === 1 ? best[0] : undefined;
}

function explainIssue(issue: z.core.$ZodIssue, base: Path): readonly Said[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a member that is known here' }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, message: `the name is not allowed: ${message}` }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branches = issue.errors.map((errors) => errors.flatMap((inner) => explainIssue(inner, path)));
    const said = meant(branches, path);
    if (said) return said;
  }
  return [{ path, message: plainly(issue.message) }];
}

/** Turns what a schema complains of into findings; `base` is the path of the value that was checked. */
export const explain = (error: z.ZodError, base: Path): readonly PathFinding[] =>
  error.issues
    .flatMap((issue) => explainIssue(issue, base))
    .map(({ path, message }) => ({ code: 'config.invalid', path, message }));
