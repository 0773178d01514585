import type { Audience, CompiledRules } from '../core/compiled.js';
import { declared, quote } from '../core/names.js';
import { valueAt } from '../core/path.js';
import { keyText, personOf } from '../core/person.js';
import type { Json } from '../core/ports.js';
import { readProfile } from '../core/profile.js';
import type { ShortRecord } from '../core/test-case.js';

/** What a short record is about when nothing in its case says so. */
const SOMEBODY = 'person-1';

/** What cannot be meant in a case. */
export class CaseFault extends Error {}

type Body = Record<string, unknown>;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts a value where a path leads, and makes the objects on the way. */
function put(body: Body, path: string, value: Json): void {
  const steps = path.split('.');
  const last = steps.pop() ?? path;
  let here = body;
  for (const step of steps) {
    const next = here[step] ?? {};
    if (!isObject(next)) throw new CaseFault(`attribute ${quote(path)} lies within a value`);
    here[step] = next;
    here = next;
  }
  const known = here[last];
  if (known !== undefined && !(isObject(known) && isObject(value)))
    throw new CaseFault(`attribute ${quote(path)} is there twice`);
  here[last] = isObject(known) && isObject(value) ? { ...known, ...value } : value;
}

const allOf = ({ audiences }: CompiledRules): readonly Audience[] =>
  [...audiences.values()].flatMap((byId) => [...byId.values()]);

function audienceNamed(name: string, rules: CompiledRules): Audience {
  const all = allOf(rules);
  const found = all.find((audience) => audience.name === name);
  if (found) return found;
  const names = all.map((audience) => audience.name);
  throw new CaseFault(`there is no audience named ${quote(name)}; ${declared(name, names)}`);
}

function memberships(short: Pick<ShortRecord, 'member' | 'left'>, at: number, rules: CompiledRules): Body {
  const all: Body = {};
  const lastQualificationTime = new Date(at).toISOString();
  const say = (names: readonly string[] = [], status: string): void => {
    for (const name of names) {
      const { namespace, id } = audienceNamed(name, rules);
      const known = all[namespace];
      all[namespace] = { ...(isObject(known) ? known : {}), [id]: { status, lastQualificationTime } };
    }
  };
  say(short.member, 'realized');
  say(short.left, 'exited');
  return all;
}

/** What makes a record be about a person. */
export interface Somebody {
  readonly identityMap: Body;
  /** Attributes that are keys, by path. */
  readonly keys: readonly (readonly [path: string, value: Json])[];
}

/** Whom an export is about, so that other records of its case can be about them too. */
export function somebodyIn(body: unknown, rules: CompiledRules): Somebody | undefined {
  const profile = readProfile(body);
  if (!profile.ok || !personOf(profile.value, rules)) return undefined;
  const { identityMap } = profile.value.body;
  const keys = rules.keys.flatMap((source) => {
    const value = source.kind === 'attribute' ? keyText(valueAt(profile.value.body, source.path)) : undefined;
    return source.kind === 'attribute' && value !== undefined ? [[source.path.text, value] as const] : [];
  });
  return { identityMap: isObject(identityMap) ? identityMap : {}, keys };
}

/** Somebody made up, under the first entry of `person.key`. */
function madeUp({ keys: [first] }: CompiledRules): Somebody {
  if (first?.kind === 'identity') return { identityMap: { [first.namespace]: [{ id: SOMEBODY }] }, keys: [] };
  return { identityMap: {}, keys: first ? [[first.path.text, SOMEBODY]] : [] };
}

/**
 * The whole export that a short record stands for. `at` is the time of its memberships, epoch milliseconds. A record that
 * says nothing of identities is about `somebody`, or about somebody made up. Throws a {@link CaseFault}.
 */
export function wholeRecord(
  { identities, attributes = {}, ...short }: ShortRecord,
  at: number,
  somebody: Somebody | undefined,
  rules: CompiledRules,
): Readonly<Body> {
  const body: Body = {};
  for (const [path, value] of Object.entries(attributes)) put(body, path, value);
  const own = Object.entries(identities ?? {}).map(([name, ids]) => [name, ids.map((id) => ({ id }))]);
  let identityMap: Body = Object.fromEntries(own);
  if (identities === undefined) {
    const about = somebodyIn(body, rules) ?? somebody ?? madeUp(rules);
    identityMap = about.identityMap;
    for (const [path, value] of about.keys) if (!Object.hasOwn(attributes, path)) put(body, path, value);
  }
  const segmentMembership = memberships(short, at, rules);
  const isSaid = (part: Body): boolean => Object.keys(part).length > 0;
  return {
    ...body,
    ...(isSaid(identityMap) && { identityMap }),
    ...(isSaid(segmentMembership) && { segmentMembership }),
  };
}
