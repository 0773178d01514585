import type * as z from 'zod';
import { Rule, RulesFile, repeatedNames } from '../core/rules.js';
import { TestCase } from '../core/test-case.js';
import { readAs } from './explain.js';
import type { PathFinding } from './places.js';
import { mended } from './salvage.js';

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

/** What is left of a list, where its items stood, and what is wrong with the others. */
interface ReadList<T> {
  readonly items: readonly T[];
  readonly places: readonly number[];
  readonly findings: readonly PathFinding[];
}

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

/** Reads the items of a list one by one: a fault in one is none of the others. */
function readList<T>(schema: z.ZodType<T>, list: readonly unknown[], name: string): ReadList<T> {
  const items: T[] = [];
  const places: number[] = [];
  const findings: PathFinding[] = [];
  for (const [i, item] of list.entries()) {
    if (findings.length >= ENOUGH) break;
    const path = [name, i];
    const full = overfull(item, path);
    const read = full ? ({ ok: false, findings: [full] } as const) : readAs(schema, item, path);
    if (!read.ok) findings.push(...read.findings);
    else {
      items.push(read.value);
      places.push(i);
    }
  }
  return { items, places, findings };
}

const NONE: ReadList<never> = { items: [], places: [], findings: [] };

/** What is said of rules whose name an earlier one has. */
const nameFindings = ({ items, places }: ReadList<Rule>): readonly PathFinding[] =>
  repeatedNames(items).map(({ index, first }) => ({
    code: 'config.invalid',
    path: ['rules', places[index] ?? index, 'name'],
    message: `is the name of rules[${places[first] ?? first}] too`,
  }));

/**
 * Reads the plain values of a file by its schema. Rules and cases are read one by one, so that every fault is told at once
 * and a file full of faults takes no longer than a right one.
 */
export function readFile(plain: unknown): ReadFile {
  const own = isMembers(plain) ? plain : {};
  const rules = Array.isArray(own['rules']) ? readList(Rule, own['rules'], 'rules') : NONE;
  const tests = Array.isArray(own['tests']) ? readList(TestCase, own['tests'], 'tests') : NONE;
  const shell = isMembers(plain)
    ? {
        ...plain,
        ...(Array.isArray(own['rules']) && { rules: [] }),
        ...(Array.isArray(own['tests']) && { tests: [] }),
      }
    : plain;
  const whole = readAs(RulesFile, shell, []);
  const left = whole.ok ? undefined : mended(shell, whole.findings);
  const again = left && readAs(RulesFile, left.plain, []);
  const read = whole.ok ? whole : again;
  const findings = [
    ...(whole.ok ? [] : whole.findings),
    ...rules.findings,
    ...nameFindings(rules),
    ...tests.findings,
  ];
  const places: Readonly<Record<string, readonly number[]>> = { rules: rules.places, tests: tests.places };
  return {
    file: read?.ok
      ? { ...read.value, rules: [...rules.items], ...(read.value.tests && { tests: [...tests.items] }) }
      : undefined,
    findings,
    spoilt: left?.spoilt ?? new Set(),
    original: ([part, i, ...rest]) => {
      if (part === undefined) return [];
      if (i === undefined) return [part];
      return [part, typeof i === 'number' ? (places[String(part)]?.[i] ?? i) : i, ...rest];
    },
  };
}
