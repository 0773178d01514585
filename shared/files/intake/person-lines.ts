import type { CompiledRules } from '../../core/compiled.js';
import { personOf } from '../../core/person.js';
import { readProfile } from '../../core/profile.js';
import type { PersonKeys } from './deps.js';

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member of a body at `steps` alone, with what it is nested in. */
function only(body: Body, [first = '', ...rest]: readonly string[]): Body {
  if (!Object.hasOwn(body, first)) return {};
  const value = body[first];
  if (rest.length === 0 || !isObject(value)) return { [first]: value };
  return { [first]: only(value, rest) };
}

function merged(one: Body, other: Body): Body {
  const all: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const known = Object.hasOwn(all, name) ? all[name] : undefined;
    all[name] = isObject(known) && isObject(value) ? merged(known, value) : value;
  }
  return all;
}

/** What of a body addresses its person: identities of the namespaces of `person.key` and `person.wait`, attributes they name. */
function addressIn(body: Body, rules: CompiledRules): Body {
  const keys = [...rules.keys, ...rules.waits];
  const namespaces = new Set(keys.flatMap((key) => (key.kind === 'identity' ? [key.namespace] : [])));
  const map = isObject(body['identityMap']) ? body['identityMap'] : {};
  const own = Object.entries(map).filter(([name]) => namespaces.has(name.toLowerCase()));
  const attributes = keys.flatMap((key) => (key.kind === 'attribute' ? [key.text] : []));
  // A path into a list takes the list along.
  const parts = attributes.map((text) => only(body, text.replace(/\[.*$/, '').split('.')));
  return parts.reduce(merged, own.length > 0 ? { identityMap: Object.fromEntries(own) } : {});
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
