import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';
import { Name } from '../core/name.js';
import { quote } from '../core/names.js';
import { Path } from '../core/path.js';
import type { CustomerFunction, Reads } from '../core/tools.js';
import { isDefined } from './define.js';
import { importFile } from './import-file.js';
import { jsonOf } from './json-of.js';
import { personOf, Undeclared } from './person-of.js';

const Reading = z.strictObject({
  paths: z.array(Path).default([]),
  identities: z.array(Name).default([]),
  audiences: z.array(Name).default([]),
  now: z.boolean().default(false),
});

type Call = (person: unknown) => unknown;
const Call = z.custom<Call>((value) => typeof value === 'function', 'must be a function');

/** What `defineRule` and `defineMapping` were given: their types bind only those who check them. */
const Definition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rule'), reads: Reading, holds: Call }),
  z.strictObject({ kind: z.literal('mapping'), reads: Reading, value: Call }),
]);

/** Where a customer's code failed: its file and line, never its words, which may hold a person's data. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no Error';
  if (error instanceof Undeclared) return error.message;
  // Of the innermost call only: the next ones may be ours.
  const innermost = error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  const [, file, place] = /[\\/]([^\\/\s?]+\.m?[jt]s)[^\s:]*:(\d+:\d+)\)?$/.exec(innermost) ?? [];
  const kind = /^\w{1,40}$/.test(error.name) ? error.name : 'Error';
  return file === undefined ? `a ${kind}` : `a ${kind} at ${file}:${place}`;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** Calls a customer's function and reads what it gives. Bad: it threw, or answers later, or `read` makes nothing of it. */
function called<T>(name: string, call: () => unknown, read: (value: unknown) => Result<T>): Result<T> {
  try {
    const value = call();
    if (!isThenable(value)) return read(value);
    // Nobody waits for it: what it comes to, a failure too, is let go.
    value.then(undefined, () => undefined);
    return bad(
      'rule.undecided',
      `the function ${quote(name)} answers later (a promise); it must answer at once`,
    );
  } catch (cause) {
    return bad('rule.undecided', `the function ${quote(name)} failed: ${placeOf(cause)}`, { cause });
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

function customerFunction(name: string, definition: z.infer<typeof Definition>): CustomerFunction {
  const reads: Reads = definition.reads;
  const wrong = (value: unknown, needed: string) =>
    bad('rule.undecided', `the function ${quote(name)} must give ${needed}, not ${kindOf(value)}`);
  if (definition.kind === 'rule') {
    const read = (value: unknown) => (typeof value === 'boolean' ? ok(value) : wrong(value, 'true or false'));
    return {
      kind: 'rule',
      reads,
      holds: (looking) => called(name, () => definition.holds(personOf(looking, reads)), read),
    };
  }
  const read = (value: unknown) => {
    const json = value === undefined ? undefined : jsonOf(value);
    return json === undefined && value !== undefined ? wrong(value, 'JSON') : ok(json);
  };
  return {
    kind: 'mapping',
    reads,
    value: (looking) => called(name, () => definition.value(personOf(looking, reads)), read),
  };
}

/**
 * Loads a customer's functions from a file of theirs (`.js`, `.mjs`, `.ts`): every export that `defineRule` or
 * `defineMapping` made, by its name. Bad: `config.unreadable` when the file cannot be loaded, `config.invalid` when there
 * is none in it or one is not as it must be.
 */
export async function loadFunctions(file: string): Promise<Result<ReadonlyMap<string, CustomerFunction>>> {
  const module = await importFile(file);
  if (!module.ok) return module;
  const functions = new Map<string, CustomerFunction>();
  for (const [name, exported] of Object.entries(module.value)) {
    if (!isDefined(exported)) continue;
    const definition = Definition.safeParse({ ...exported });
    if (!definition.success) {
      return bad('config.invalid', `${file}: ${quote(name)}: ${z.prettifyError(definition.error)}`);
    }
    functions.set(name, customerFunction(name, definition.data));
  }
  if (functions.size > 0) return ok(functions);
  const advice = 'write: export const name = defineRule({ reads: …, holds: … })';
  return bad('config.invalid', `${file} exports nothing that defineRule or defineMapping made; ${advice}`);
}
