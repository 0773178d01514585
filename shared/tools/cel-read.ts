import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import type { Slip } from '../core/tools.js';
import { CelWalk } from './cel-walk.js';
import { linearPattern } from './pattern.js';

const MOST_CHARACTERS = 4_000;

/** Patterns that expressions have written out, compiled. */
export type Patterns = Map<string, (text: string) => boolean>;

/** An expression whose tree has been gone through, but whose types have not been checked; or all that is wrong with it. */
export type ReadCel =
  | { readonly ok: true; readonly parsed: ParseResult; readonly walk: CelWalk }
  | { readonly ok: false; readonly faults: readonly Slip[] };

/** The library's words for types that do not go together, in ours. */
export const plainly = (said: string): string =>
  said
    .replace(/^no such overload: /, 'these types do not go together: ')
    .replace(/^found no matching overload for '(.+)'$/, 'there is no $1');

/** What the library says of a text that is no expression, or does not fit together. Its errors have a place. */
export function faultOf(error: unknown): Slip {
  const { summary, message, range } = error as {
    summary?: string;
    message?: string;
    range?: { start: number };
  }; // an Error, and its own ones have these
  const said = plainly(summary ?? message ?? 'cannot be read');
  const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1] ?? '';
  return { at: range?.start ?? 0, message: said + hint };
}

const HINTS: readonly [RegExp, string][] = [
  [/^Unexpected character: =$/, '; two values are compared with =='],
  [/string.*Timestamp|Timestamp.*string/, '; time(…) makes a time of a text'],
  [/(==|!=) null|null (==|!=)/, '; has(…) asks whether there is a value'],
];

/** Reads an expression. What its `matches` look for is put into `patterns`. */
export function readCel(source: string, environment: Environment, patterns: Patterns): ReadCel {
  if (source.length > MOST_CHARACTERS) {
    const message = `the expression has ${source.length} characters; the limit is ${MOST_CHARACTERS}`;
    return { ok: false, faults: [{ at: MOST_CHARACTERS, message }] };
  }
  try {
    const parsed = environment.parse(source);
    const walk = new CelWalk((text) => environment.parse(JSON.stringify(text)).ast);
    walk.visit(parsed.ast);
    const faults = [...walk.faults, ...compilePatterns(walk, patterns)];
    return faults.length > 0 ? { ok: false, faults } : { ok: true, parsed, walk };
  } catch (error) {
    return { ok: false, faults: [faultOf(error)] };
  }
}

function compilePatterns(walk: CelWalk, patterns: Patterns): readonly Slip[] {
  const faults: Slip[] = [];
  for (const { pattern, at } of walk.patterns) {
    const made = linearPattern(pattern);
    if (made.ok) patterns.set(pattern, made.value);
    else faults.push({ at, message: made.fault.message });
  }
  return faults;
}
