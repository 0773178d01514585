import type * as z from 'zod';
import { FileEntry, Rule, RulesFile, repeatedNames } from '../core/rules.js';
import { TestCase } from '../core/test-case.js';
import { readAs } from './explain.js';
import type { PathFinding } from './places.js';
import { mended } from './salvage.js';
import { type SalvagedRule, salvageRule } from './salvage-rule.js';

type Path = PathFinding['path'];
type Members = Readonly<Record<string, unknown>>;

/** As much of a file as is right, and what is wrong with the rest. */
export interface ReadFile {
  /** Undefined when too little is right to go on with. */
  readonly file: RulesFile | undefined;
  readonly findings: readonly PathFinding[];
  /** The path in the file itself of a path in what is left of it. */
  readonly original: (path: Path) => Path;
  /** Connections that have a fault, so that nothing more is said of them. */
  readonly spoilt: ReadonlySet<string>;
}

/** More findings in one list than anybody reads: the rest of it is left unread, because each fault takes its time. */
const ENOUGH = 100;
/** More fields than a row of any system has, more actions than anybody writes. */
const MOST_MEMBERS = 2_000;

/** An item that is right, or what is left of it, and the place in the item itself of a place in what is left. */
interface Kept<T> {
  readonly item: T;
  readonly place: number;
  readonly original: (path: Path) => Path;
}

/** What is left of a list, and what is wrong with the rest of it. */
interface ReadList<T> {
  readonly kept: readonly Kept<T>[];
  readonly findings: readonly PathFinding[];
}

/** Takes the faulty parts out of an item; undefined when too little is left. */
type Salvage = (item: unknown, place: number, faults: readonly Path[]) => SalvagedRule | undefined;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first part of a rule or case that has more members than can be meant; conditions bound themselves. */
function overfull(value: unknown, path: Path): PathFinding | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const members = Object.entries(value).filter(([name]) => name !== 'if');
  if (members.length > MOST_MEMBERS) {
    const message = `has ${members.length} members; ${MOST_MEMBERS} are the most there can be`;
    return { code: 'config.invalid', path, message };
  }
  for (const [name, member] of members) {
    const found = overfull(member, [...path, Array.isArray(value) ? Number(name) : name]);
    if (found) return found;
  }
  return undefined;
}

const whole = (path: Path): Path => path;

/** An item as far as it is right, and what is wrong with the rest of it. */
function readItem<T>(schema: z.ZodType<T>, item: unknown, at: readonly [string, number], salvage: Salvage) {
  const full = overfull(item, at);
  if (full) return { findings: [full] };
  const read = readAs(schema, item, at);
  const [, place] = at;
  if (read.ok) return { kept: { item: read.value, place, original: whole }, findings: [] };
  const faults = read.findings.map(({ path }) => path.slice(at.length));
  const left = salvage(item, place, faults);
  if (!left) return read;
  const again = readAs(schema, left.plain, at);
  if (again.ok)
    return { kept: { item: again.value, place, original: left.original }, findings: read.findings };
  // What is left without its faulty parts may show faults that were not looked for before.
  const more = again.findings.map((one) => ({
    ...one,
    path: [...at, ...left.original(one.path.slice(at.length))],
  }));
  return { findings: [...read.findings, ...more] };
}

/** Reads the items of a list one by one: a fault in one is none of the others. */
function readList<T>(schema: z.ZodType<T>, list: unknown, name: string, salvage: Salvage): ReadList<T> {
  const kept: Kept<T>[] = [];
  const findings: PathFinding[] = [];
  for (const [place, item] of Array.isArray(list) ? list.entries() : []) {
    if (findings.length >= ENOUGH) break;
    const read: { kept?: Kept<T>; findings: readonly PathFinding[] } = readItem(
      schema,
      item,
      [name, place],
      salvage,
    );
    findings.push(...read.findings);
    if (read.kept) kept.push(read.kept);
  }
  return { kept, findings };
}

/** What is said of rules whose name an earlier one has. */
const nameFindings = ({ kept }: ReadList<Rule>): readonly PathFinding[] =>
  repeatedNames(kept.map(({ item }) => item)).map(({ index, first }) => ({
    code: 'config.invalid',
    path: ['rules', kept[index]?.place ?? index, 'name'],
    message: `is the name of rules[${kept[first]?.place ?? first}] too`,
  }));

/** Without a name the rest of an entry about files can be looked at all the same. */
const salvageEntry: Salvage = (item, place) =>
  isMembers(item) ? { plain: { ...item, name: `?${place}` }, original: whole } : undefined;

/** The file without what stands in its lists. */
const shellOf = (plain: Members): Members => ({
  ...plain,
  ...(Array.isArray(plain['files']) && { files: [] }),
  ...(Array.isArray(plain['rules']) && { rules: [] }),
  ...(Array.isArray(plain['tests']) && { tests: [] }),
});

/**
 * Reads the plain values of a file by its schema. Rules, entries about files and cases are read one by one, so that every fault is told at once
 * and a file full of faults takes no longer than a right one.
 */
export function readFile(plain: unknown): ReadFile {
  const own = isMembers(plain) ? plain : {};
  const rules = readList(Rule, own['rules'], 'rules', salvageRule);
  const entries = readList(FileEntry, own['files'], 'files', salvageEntry);
  const tests = readList(TestCase, own['tests'], 'tests', () => undefined);
  const shell = isMembers(plain) ? shellOf(plain) : plain;
  const read = readAs(RulesFile, shell, []);
  const left = read.ok ? undefined : mended(shell, read.findings);
  const again = left ? readAs(RulesFile, left.plain, []) : read;
  const file = again.ok && {
    ...again.value,
    rules: rules.kept.map(({ item }) => item),
    ...(again.value.files && { files: entries.kept.map(({ item }) => item) }),
    ...(again.value.tests && { tests: tests.kept.map(({ item }) => item) }),
  };
  const lists: Readonly<Record<string, readonly Kept<unknown>[]>> = {
    rules: rules.kept,
    files: entries.kept,
    tests: tests.kept,
  };
  return {
    file: file || undefined,
    findings: [
      ...(read.ok ? [] : read.findings),
      ...rules.findings,
      ...nameFindings(rules),
      ...entries.findings,
      ...tests.findings,
    ],
    spoilt: left?.spoilt ?? new Set(),
    original: ([part, i, ...rest]) => {
      if (part === undefined || i === undefined) return part === undefined ? [] : [part];
      const kept = typeof i === 'number' ? lists[String(part)]?.[i] : undefined;
      return kept ? [part, kept.place, ...kept.original(rest)] : [part, i, ...rest];
    },
  };
}
