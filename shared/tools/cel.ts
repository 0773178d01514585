import { EvaluationError, type ParseResult } from '@marcbachmann/cel-js';
import { bad, ok, type Result } from '../core/fault.js';
import { MOST_MATCHED } from '../core/operators.js';
import type { Json } from '../core/ports.js';
import type { CelCondition, Looking, Slip, Tools } from '../core/tools.js';
import { endsSoon, extentOf } from './cel-cost.js';
import { celEnvironment } from './cel-environment.js';
import { faultOf, type Patterns, plainly, readCel } from './cel-read.js';
import type { CelWalk } from './cel-walk.js';

/** Errors whose words name types and members of the file, never a value of a person. */
const SPEAKABLE: ReadonlySet<string> = new Set([
  'no_such_overload',
  'no_matching_overload',
  'invalid_condition_type',
  'invalid_logical_operand',
  'no_time',
  'too_long',
]);

/** Refuses a text that would take long to hold against a pattern. */
export function matchPattern(patterns: Patterns, text: string, pattern: string): boolean {
  if (text.length > MOST_MATCHED) {
    const message = `matches() takes texts of at most ${MOST_MATCHED} characters`;
    throw new EvaluationError({ code: 'too_long', message });
  }
  return patterns.get(pattern)?.(text) ?? false;
}

/**
 * Gives the compiler of CEL conditions (https://github.com/google/cel-spec). An expression sees `profile`, `identity`,
 * `member`, `key` and `now` and nothing else; members of the first three must be written out, so that what it reads is
 * known. It ends soon, whatever the values are.
 */
export function celCompiler(): Tools['cel'] {
  const patterns: Patterns = new Map();
  const environment = celEnvironment((text, pattern) =>
    matchPattern(patterns, text, pattern),
  ).registerVariable('profile', 'map<string, dyn>');
  return (source) => {
    const read = readCel(source, environment, patterns);
    if (!read.ok) return { ok: false, slips: read.faults };
    const { parsed, walk } = read;
    const wrong = typeFault(parsed) ?? sizeFault(walk);
    return wrong ? { ok: false, slips: [wrong] } : { ok: true, value: condition(parsed, walk) };
  };
}

/** What the library's checker finds: types that do not go together, and a result that is not true or false. */
export function typeFault(parsed: ParseResult): Slip | undefined {
  const checked = parsed.check();
  if (!checked.valid) return faultOf(checked.error);
  if (checked.type === 'bool' || checked.type === 'dyn') return undefined;
  return { at: 0, message: `its value is of type ${checked.type}; a condition must be true or false` };
}

function sizeFault({ nodes, depth }: CelWalk): Slip | undefined {
  if (endsSoon(nodes, depth, { values: 0, letters: 0 })) return undefined;
  return { at: 0, message: 'loops nest too deep; make several conditions of it' };
}

function condition(parsed: ParseResult, walk: CelWalk): CelCondition {
  const reads = walk.reads();
  const uses = walk.uses.map(({ path }) => path);
  const holds = (looking: Looking): Result<boolean> => {
    const profile = new Map<string, Json>();
    for (const path of reads.paths) {
      const value = looking.value(path);
      if (value !== undefined && value !== null) profile.set(path, value);
    }
    if (walk.depth > 0 && !endsSoon(walk.nodes, walk.depth, total(uses, profile))) {
      return bad('rule.undecided', 'its lists and texts are too long to go through');
    }
    return evaluate(parsed, {
      profile,
      identity: identitiesOf(looking, reads.identities),
      member: new Map(reads.audiences.map((name) => [name, looking.member(name)])),
      key: looking.key,
      now: new Date(looking.now / 1000),
    });
  };
  return { reads, holds };
}

function identitiesOf(looking: Looking, namespaces: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const namespace of namespaces) {
    const id = looking.identity(namespace);
    if (id !== undefined) found.set(namespace, id);
  }
  return found;
}

/** Of all values that are read, each as often as it is. */
function total(
  uses: readonly string[],
  profile: ReadonlyMap<string, Json>,
): { values: number; letters: number } {
  let values = 0;
  let letters = 0;
  for (const path of uses) {
    const extent = extentOf(profile.get(path) ?? null);
    values += extent.values;
    letters += extent.letters;
  }
  return { values, letters };
}

/** Runs it. The library throws for what is missing, of another type or out of bounds: it is undecided then. */
function evaluate(parsed: ParseResult, context: Readonly<Record<string, unknown>>): Result<boolean> {
  try {
    const value: unknown = parsed(context);
    if (typeof value === 'boolean') return ok(value);
    return bad('rule.undecided', 'it gave something else than true or false');
  } catch (error) {
    return bad('rule.undecided', wordsOf(error));
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof EvaluationError)) return 'a value is of a kind that CEL does not know';
  if (SPEAKABLE.has(error.code)) return plainly(error.summary);
  if (error.code !== 'no_such_key') return `it failed (${error.code})`;
  const { node } = error;
  const member = node?.op === '.' && Array.isArray(node.args) ? String(node.args[1]) : undefined;
  return member === undefined ? 'there is no such member' : `there is no value of ${member}`;
}
