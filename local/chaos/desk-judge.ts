import type { KeptMessage } from '../../shared/core/kept.js';
import type { Desk, Done } from './desk.js';
import type { PersonsDesk, Wanted } from './desk-oracle.js';
import type { Violation } from './judge.js';
import type { Truth } from './truth.js';
import type { World } from './world.js';

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
  if (!wanted.reads.has(readers.has(key))) {
    const text = `${key} is ${readers.has(key) ? '' : 'not '}on the list`;
    violations.push({ kind: readers.has(key) ? 'wrong' : 'lost', text, key });
  }
  const cart = carts.get(key);
  if (!wanted.carts.has(cart)) {
    const text = `the cart of ${key}: expected ${[...wanted.carts].join(' or ') || 'no row'}, found ${cart ?? 'no row'}`;
    violations.push({ kind: cart === undefined ? 'lost' : 'wrong', text, key });
  }
  return violations;
}

const NOBODY: PersonsDesk = {
  tasks: { least: 0, entries: new Set() },
  calls: { least: 0, entries: new Set() },
  reads: new Set([false]),
  carts: new Set([undefined]),
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

/** What a person's edges led to under a lesser key need not be under the best. */
function eased(
  wanted: PersonsDesk,
  others: readonly string[],
  isCalled: Called,
  { carts }: Desk,
): PersonsDesk {
  if (others.length === 0) return wanted;
  const rest = (what: 'tasks' | 'calls'): Wanted =>
    others.some((key) => isCalled[what](key)) ? { ...wanted[what], least: 0 } : wanted[what];
  const hasCart = others.some((key) => carts.has(key));
  return {
    ...wanted,
    tasks: rest('tasks'),
    calls: rest('calls'),
    // The last edge may have fired under the other key, before anybody knew that they are one.
    carts: hasCart ? new Set([undefined, 'left', 'taken']) : wanted.carts,
  };
}

const groundless = (key: string): Violation => ({
  kind: 'wrong',
  text: `a letter says that nobody knows whether ${key} was called, although the answer was there`,
  key,
});

/** Whether anything was done under a key. */
type Called = Readonly<Record<'tasks' | 'calls', (key: string) => boolean>>;

/** Compares desk and pager with what must have been done there; nothing is said of keys that are `undecided`. */
export function judgeDesk(
  { desk, doubts }: Pick<World, 'desk' | 'doubts'>,
  truth: Truth,
  letters: Iterable<KeptMessage>,
): Violation[] {
  const { desk: expected, also } = truth;
  const { undecided } = truth.expected;
  const tasks = byPerson(desk.tasks.values());
  const calls = byPerson(desk.calls);
  const doubtful = doubtfulIn(letters);
  const isCalled: Called = { tasks: (key) => tasks.has(key), calls: (key) => calls.has(key) };
  const keys = new Set([
    ...expected.keys(),
    ...tasks.keys(),
    ...calls.keys(),
    ...desk.readers,
    ...desk.carts.keys(),
  ]);
  // A letter about a shared id keeps what it said when it was taken for somebody else's.
  const isMixed = (key: string): boolean => truth.open.has(key) || truth.lesser.has(key);
  return [...keys]
    .filter((key) => !undecided.has(key))
    .flatMap((key) => {
      const others = also.get(key) ?? [];
      const wanted = eased(expected.get(key) ?? NOBODY, others, isCalled, desk);
      const names = [key, ...others];
      const isDoubtful = names.some((one) => doubtful.has(one));
      const isExcused = isDoubtful && names.some(doubts.may);
      return [
        ...judgeDone('task', key, wanted.tasks, tasks.get(key) ?? [], false),
        ...judgeDone('call', key, wanted.calls, calls.get(key) ?? [], isExcused),
        ...judgeRows(key, wanted, desk),
        ...(isDoubtful && !isExcused && !isMixed(key) ? [groundless(key)] : []),
      ];
    });
}
