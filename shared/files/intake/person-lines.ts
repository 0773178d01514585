import type { CompiledRules } from '../../core/compiled.js';
import { follow, type Step, type Where } from '../../core/path.js';
import { personOf } from '../../core/person.js';
import { readProfile } from '../../core/profile.js';
import type { PersonKeys } from './deps.js';

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Stands for an item of a list that addresses nobody, so that the others keep their places. A number would address somebody. */
const PASSED: readonly unknown[] = [];

/** An item of a list alone, in its place, with the member by which it is found. */
function itemOf(list: readonly unknown[], step: number | Where, rest: readonly Step[]): unknown {
  const item = follow(list, [step]);
  const at = typeof step === 'number' ? step : list.indexOf(item);
  const kept = only(item, rest);
  if (kept === undefined) return undefined;
  const whole = typeof step === 'number' ? kept : merged(only(item, step.steps), kept);
  return [...Array<unknown>(at).fill(PASSED), whole];
}

/** What is found at `steps`, with what it is nested in and nothing beside it; undefined when nothing is. */
function only(from: unknown, [step, ...rest]: readonly Step[]): unknown {
  // A list, or an object, addresses nobody.
  if (step === undefined) return typeof from === 'object' ? undefined : from;
  if (typeof step !== 'string') return Array.isArray(from) ? itemOf(from, step, rest) : undefined;
  if (!isObject(from) || !Object.hasOwn(from, step)) return undefined;
  const kept = only(from[step], rest);
  return kept === undefined ? undefined : { [step]: kept };
}

/** Two parts of one value as one. */
function merged(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) {
    const [long, short] = one.length < other.length ? [other, one] : [one, other];
    return long.map((item, i) => (i < short.length ? merged(item, short[i]) : item));
  }
  if (!isObject(one) || !isObject(other)) return other === undefined || other === PASSED ? one : other;
  const all: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    all[name] = Object.hasOwn(all, name) ? merged(all[name], value) : value;
  }
  return all;
}

/** What of a body addresses its person: identities of the namespaces of `person.key` and `person.wait`, attributes they name. */
function addressIn(body: Body, rules: CompiledRules): Body {
  const keys = [...rules.keys, ...rules.waits];
  const namespaces = new Set(keys.flatMap((key) => (key.kind === 'identity' ? [key.namespace] : [])));
  const map = isObject(body['identityMap']) ? body['identityMap'] : {};
  const own = Object.entries(map).filter(([name]) => namespaces.has(name.toLowerCase()));
  const attributes = keys.flatMap((key) => (key.kind === 'attribute' ? [key.path.steps] : []));
  const parts: unknown[] = [own.length > 0 ? { identityMap: Object.fromEntries(own) } : {}];
  for (const steps of attributes) parts.push(only(body, steps));
  const address = parts.reduce((one, other) => merged(one, other));
  return isObject(address) ? address : {};
}

/** Reads rows of full exports for {@link PersonKeys}, as the rules address persons. */
export const personKeysBy =
  (rules: CompiledRules) =>
  (body: Body): PersonKeys => {
    const profile = readProfile(body);
    const person = profile.ok ? personOf(profile.value, rules) : undefined;
    if (!profile.ok || !person) return { ids: [], body: {}, memberOf: [], told: [] };
    const keyOf = ({ namespace, audience }: { namespace: string; audience: string }): string =>
      JSON.stringify([namespace, audience]);
    const { memberships } = profile.value;
    return {
      ids: [person.id, ...person.others.map(({ id }) => id)],
      body: addressIn(body, rules),
      memberOf: memberships.filter(({ member }) => member).map(keyOf),
      told: memberships.map(keyOf),
    };
  };
