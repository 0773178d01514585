import type { PathFinding } from './places.js';
import { type SalvagedRule, salvageRule } from './salvage-rule.js';

type Path = PathFinding['path'];
type Members = Readonly<Record<string, unknown>>;

/** What is left of a file when the parts with faults are taken out. */
export interface Salvaged {
  readonly plain: unknown;
  /** The path in the file itself of a path in what is left. */
  readonly original: (path: Path) => Path;
  /** Connections that have a fault, so that nothing more is said of them. */
  readonly spoilt: ReadonlySet<string>;
}

/** Without these nothing else can be judged. */
const NEEDED = new Set<PropertyKey>(['audiences', 'connections', 'rules']);
const DUMMY: Readonly<Record<string, (name: string) => unknown>> = {
  audiences: (name) => `?${name}`,
  connections: () => ({ type: '?' }),
};

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts something harmless in the place of the members that are named. */
function mended(members: unknown, names: ReadonlySet<string>, dummy: (name: string) => unknown): unknown {
  if (!isMembers(members)) return members;
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, names.has(name) ? dummy(name) : value]),
  );
}

/** Every rule as far as it is right; undefined in the place of one that is not right at all. */
function mendedRules(
  rules: unknown,
  findings: readonly PathFinding[],
): readonly (SalvagedRule | undefined)[] {
  if (!Array.isArray(rules)) return [];
  const faults = new Map<PropertyKey, PathFinding['path'][]>();
  for (const { path } of findings) {
    const [part, place, ...inside] = path;
    if (part === 'rules' && place !== undefined) faults.set(place, [...(faults.get(place) ?? []), inside]);
  }
  return rules.map((rule: unknown, i) => salvageRule(rule, i, faults.get(i) ?? []));
}

/**
 * Takes the faulty parts of rules, the faulty tests, audiences, connections and optional parts out of a file, so that the rest can be looked
 * at as well and every fault is told at once. Nothing when too little is left.
 */
export function salvage(plain: unknown, findings: readonly PathFinding[]): Salvaged | undefined {
  if (!isMembers(plain)) return undefined;
  const left: Record<string, unknown> = { ...plain };
  const faulty = (part: string): ReadonlySet<PropertyKey | undefined> =>
    new Set(findings.filter(({ path }) => path[0] === part).map(({ path }) => path[1]));
  const kept = new Map<PropertyKey, readonly number[]>();
  for (const { path } of findings) {
    const [part, inside] = path;
    if (part === undefined || (NEEDED.has(part) && inside === undefined)) return undefined;
    if (!NEEDED.has(part) && typeof inside !== 'number') delete left[String(part)];
  }
  // A slip in its name is a fault of the slip alone.
  left['person'] ??= { key: ['?'] };
  const rules = mendedRules(left['rules'], findings);
  const keep = (part: string, list: readonly unknown[], isRight: (i: number) => boolean): void => {
    const places = [...list.keys()].filter(isRight);
    kept.set(part, places);
    left[part] = places.map((i): unknown => list[i]);
  };
  const { tests } = left;
  if (Array.isArray(tests)) keep('tests', tests, (i) => !faulty('tests').has(i));
  if (Array.isArray(left['rules']))
    keep(
      'rules',
      rules.map((rule) => rule?.plain),
      (i) => rules[i] !== undefined,
    );
  for (const [part, dummy] of Object.entries(DUMMY))
    left[part] = mended(left[part], new Set([...faulty(part)].map(String)), dummy);
  return {
    plain: left,
    spoilt: new Set([...faulty('connections')].map(String)),
    original: ([part, i, ...rest]) => {
      if (part === undefined) return [];
      if (i === undefined) return [part];
      if (typeof i !== 'number') return [part, i, ...rest];
      const place = kept.get(part)?.[i] ?? i;
      const rule = part === 'rules' ? rules[place] : undefined;
      return [part, place, ...(rule ? rule.original(rest) : rest)];
    },
  };
}
