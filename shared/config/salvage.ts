import type { PathFinding } from './places.js';

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

const LISTS = ['rules', 'tests'] as const;
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

/**
 * Takes the faulty rules, tests, audiences, connections and optional parts out of a file, so that the rest can be looked
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
  for (const part of LISTS) {
    const list: unknown = left[part];
    if (!Array.isArray(list)) continue;
    const bad = faulty(part);
    const places = [...list.keys()].filter((i) => !bad.has(i));
    kept.set(part, places);
    left[part] = places.map((i): unknown => list[i]);
  }
  for (const [part, dummy] of Object.entries(DUMMY))
    left[part] = mended(left[part], new Set([...faulty(part)].map(String)), dummy);
  return {
    plain: left,
    spoilt: new Set([...faulty('connections')].map(String)),
    original: ([part, i, ...rest]) => {
      if (part === undefined) return [];
      if (i === undefined) return [part];
      return [part, typeof i === 'number' ? (kept.get(part)?.[i] ?? i) : i, ...rest];
    },
  };
}
