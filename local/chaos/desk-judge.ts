import type { KeptMessage } from '../../shared/core/kept.js';
import type { Desk, Done } from './desk.js';
import type { PersonsDesk, Wanted } from './desk-oracle.js';
import type { Violation } from './judge.js';

function byPerson(list: Iterable<Done>): ReadonlyMap<string, readonly Done[]> {
  const found = new Map<string, Done[]>();
  for (const one of list) found.set(one.person, [...(found.get(one.person) ?? []), one]);
  return found;
}

/** Nobody is served twice for one entry, nor for one that never was, and everybody who must be is. */
function judgeDone(
  what: string,
  key: string,
  { least, entries }: Wanted,
  done: readonly Done[],
  isExcused: boolean,
): Violation[] {
  const violations: Violation[] = [];
  const say = (kind: Violation['kind'], text: string): void =>
    void violations.push({ kind, text: `${what} for ${key}: ${text}`, key });
  for (const { since } of done) {
    if (!entries.has(Date.parse(since)))
      say('wrong', `made for an entry at ${since}, which no record tells of`);
  }
  if (new Set(done.map(({ since }) => since)).size < done.length) say('doubled', 'made twice for one entry');
  if (new Set(done.map(({ once }) => once)).size < done.length) say('doubled', 'made twice under one key');
  if (done.length < least && !isExcused) say('lost', 'never made');
  return violations;
}

function judgeRows(key: string, wanted: PersonsDesk, { readers, carts }: Desk): Violation[] {
  const violations: Violation[] = [];
  if (readers.has(key) !== wanted.isReader) {
    const text = `${key} is ${wanted.isReader ? 'not ' : ''}on the list`;
    violations.push({ kind: wanted.isReader ? 'lost' : 'wrong', text, key });
  }
  const cart = carts.get(key);
  const isRight = cart === undefined ? wanted.carts.length === 0 : wanted.carts.includes(cart);
  if (!isRight) {
    const text = `the cart of ${key}: expected ${wanted.carts.join(' or ') || 'no row'}, found ${cart ?? 'no row'}`;
    violations.push({ kind: cart === undefined ? 'lost' : 'wrong', text, key });
  }
  return violations;
}

const NOBODY: PersonsDesk = {
  tasks: { least: 0, entries: new Set() },
  calls: { least: 0, entries: new Set() },
  isReader: false,
  carts: [],
  isTouched: false,
};

/** Persons of whom a letter says that it is not known whether the pager was called. */
function doubtfulIn(letters: Iterable<KeptMessage>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { fault, person } of letters) {
    if (fault.code === 'remote.doubtful' && person !== undefined)
      found.add(person.slice(person.indexOf(':') + 1));
  }
  return found;
}

/** Compares desk and pager with what must have been done there; nothing is said of keys that are `undecided`. */
export function judgeDesk(
  desk: Desk,
  expected: ReadonlyMap<string, PersonsDesk>,
  undecided: ReadonlyMap<string, string>,
  letters: Iterable<KeptMessage>,
): Violation[] {
  const tasks = byPerson(desk.tasks.values());
  const calls = byPerson(desk.calls);
  const doubtful = doubtfulIn(letters);
  const keys = new Set([
    ...expected.keys(),
    ...tasks.keys(),
    ...calls.keys(),
    ...desk.readers,
    ...desk.carts.keys(),
  ]);
  return [...keys]
    .filter((key) => !undecided.has(key))
    .flatMap((key) => {
      const wanted = expected.get(key) ?? NOBODY;
      return [
        ...judgeDone('task', key, wanted.tasks, tasks.get(key) ?? [], false),
        ...judgeDone('call', key, wanted.calls, calls.get(key) ?? [], doubtful.has(key)),
        ...judgeRows(key, wanted, desk),
      ];
    });
}
