import type { PathFinding } from './places.js';

type Members = Readonly<Record<string, unknown>>;

/** What is left of a file without its lists when the parts with faults are taken out. */
export interface Mended {
  readonly plain: unknown;
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
function replaced(members: unknown, names: ReadonlySet<string>, dummy: (name: string) => unknown): unknown {
  if (!isMembers(members)) return members;
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, names.has(name) ? dummy(name) : value]),
  );
}

/**
 * Takes the faulty audiences, connections and optional parts out of a file, so that the rest can be looked at as well and
 * every fault is told at once. Nothing when too little is left.
 */
export function mended(plain: unknown, findings: readonly PathFinding[]): Mended | undefined {
  if (!isMembers(plain)) return undefined;
  const left: Record<string, unknown> = { ...plain };
  for (const { path } of findings) {
    const [part, inside] = path;
    if (part === undefined || (NEEDED.has(part) && inside === undefined)) return undefined;
    if (!NEEDED.has(part)) delete left[String(part)];
  }
  const faulty = (part: string): ReadonlySet<string> =>
    new Set(findings.filter(({ path }) => path[0] === part).map(({ path }) => String(path[1])));
  // A slip in its name is a fault of the slip alone.
  left['person'] ??= { key: ['?'] };
  for (const [part, dummy] of Object.entries(DUMMY)) left[part] = replaced(left[part], faulty(part), dummy);
  return { plain: left, spoilt: faulty('connections') };
}
