import type { FaultCode } from '../../shared/core/fault.js';
import type { Json } from '../../shared/core/ports.js';
import type { FilePath, Finding, Scope, Sight } from '../../shared/core/scope.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
import { NO_TOOLS, type Tools } from '../../shared/core/tools.js';

/** A scope that remembers what was asked of it, without a file. */
export interface FakeScope extends Scope {
  readonly findings: Finding[];
  readonly paths: Set<string>;
  readonly now: boolean;
}

/** A person with these values by path (`$identity.namespace` for identities), at a time in epoch microseconds. */
export const sightOf = (values: Readonly<Record<string, Json>>, now = 0): Sight => ({
  key: 'k-1',
  now,
  view: {
    ...EMPTY_STATE,
    values: new Map(Object.entries(values).map(([path, value]) => [path, { value, at: 0 }])),
  },
});

/** Makes one. Audiences are those it is asked for. */
export function fakeScope(tools: Tools = NO_TOOLS): FakeScope {
  const findings: Finding[] = [];
  const paths = new Set<string>();
  let asked = false;
  const value = (path: string) => {
    paths.add(path);
    return ({ view }: Sight) => view.values.get(path)?.value ?? undefined;
  };
  const identity = (namespace: string) => value(`$identity.${namespace.toLowerCase()}`);
  return {
    tools,
    findings,
    paths,
    get now() {
      return asked;
    },
    value,
    identity,
    audience: (name) => `ups/${name}`,
    audiences: () => [],
    usesNow: () => {
      asked = true;
    },
    looking: (reads) => {
      if (reads.now) asked = true;
      const readers = new Map(reads.paths.map((path) => [path, value(path)]));
      const ids = new Map(reads.identities.map((name) => [name.toLowerCase(), identity(name)]));
      return (sight) => ({
        value: (path) => readers.get(path)?.(sight),
        identity: (name) => {
          const id = ids.get(name.toLowerCase())?.(sight);
          return typeof id === 'string' ? id : undefined;
        },
        member: (name) => sight.view.standing.get(`ups/${name}`)?.member ?? false,
        key: sight.key,
        now: sight.now,
      });
    },
    find: (path: FilePath, message: string, code: FaultCode = 'config.invalid') => {
      findings.push({ code, path, message });
    },
  };
}
