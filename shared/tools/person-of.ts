import type { Looking, Reads } from '../core/tools.js';
import type { Person } from './define.js';

/** Says that a function looks at what it did not say it reads: nobody keeps that, so it would never be there. */
export class Undeclared extends Error {
  override readonly name = 'Undeclared';
}

/** The person as a customer's function sees one. Values are copies, so that it cannot change what is known. */
export function personOf(looking: Looking, reads: Reads): Person<string, string, string> {
  const namespaces = reads.identities.map((namespace) => namespace.toLowerCase());
  return {
    value: (path) => {
      declaredIn(reads.paths, path, 'paths');
      const value = looking.value(path) ?? undefined;
      return typeof value === 'object' ? structuredClone(value) : value;
    },
    identity: (namespace) => {
      declaredIn(namespaces, String(namespace).toLowerCase(), 'identities');
      return looking.identity(namespace);
    },
    member: (audience) => {
      declaredIn(reads.audiences, audience, 'audiences');
      return looking.member(audience);
    },
    key: looking.key,
    get now() {
      if (!reads.now) throw new Undeclared('it asks for now, but its reads do not say now: true');
      return new Date(looking.now / 1000);
    },
  };
}

function declaredIn(names: readonly string[], name: string, kind: string): void {
  if (!names.includes(name)) throw new Undeclared(`it asks for something that its reads.${kind} do not name`);
}
