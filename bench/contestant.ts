import { isDeepStrictEqual } from 'node:util';
import type { Rival } from './rivals.js';

/** One who does the same work as others, and what comes of it. */
export interface Contestant extends Rival {
  /** What it makes of each event, in the form that all of them are compared in. */
  readonly answers: () => Promise<readonly unknown[]>;
  /** Whether it refuses that record of those that must be refused. Absent in whoever checks nothing. */
  readonly refuses?: (i: number) => Promise<boolean>;
}

/** Work that several do, ours first. */
export interface Contest {
  readonly name: string;
  /** What the work is, for people. */
  readonly work: string;
  /** Events of one call. */
  readonly events: number;
  readonly ours: Contestant;
  readonly rivals: readonly Contestant[];
  /** Records that whoever checks must refuse: what is wrong with each. */
  readonly bad?: readonly string[];
  /** Ours must be so many times as fast as the fastest of these. */
  readonly target?: { readonly ratio: number; readonly rivals: readonly string[] };
}

/**
 * Does one event after another; `shown` brings what it gives into the common form. What it gives is kept until the last event is done,
 * as a batch keeps it: the engine would not even make what nobody looks at.
 */
export function oneByOne<T>(
  name: string,
  events: number,
  one: (i: number) => T,
  shown: (given: T) => unknown,
): Contestant {
  const run = (): readonly T[] => {
    const given: T[] = [];
    for (let i = 0; i < events; i++) given.push(one(i));
    return given;
  };
  return { name, run, answers: async () => run().map(shown) };
}

/** As {@link oneByOne}, for one that has to be awaited. */
export function oneByOneAwaited<T>(
  name: string,
  events: number,
  one: (i: number) => Promise<T>,
  shown: (given: T) => unknown,
): Contestant {
  const run = async (): Promise<readonly T[]> => {
    const given: T[] = [];
    for (let i = 0; i < events; i++) given.push(await one(i));
    return given;
  };
  return { name, run, answers: async () => (await run()).map(shown) };
}

const miscount = (answers: readonly unknown[], events: number): string | undefined =>
  answers.length === events ? undefined : `${answers.length} answers to ${events} events`;

/** Why our own answers say nothing of whoever gives the same ones. */
function worthless(answers: readonly unknown[], events: number): string | undefined {
  if (answers.length !== events) return miscount(answers, events);
  const [first, ...others] = answers;
  return others.every((one) => isDeepStrictEqual(one, first))
    ? `the same answer to every event, ${JSON.stringify(first)}, which proves nothing`
    : undefined;
}

function difference(
  given: readonly unknown[],
  right: readonly unknown[],
  events: number,
): string | undefined {
  const at = right.findIndex((one, i) => !isDeepStrictEqual(one, given[i]));
  if (given.length !== events || at < 0) return miscount(given, events);
  return `event ${at}: ${JSON.stringify(given[at])} is not ${JSON.stringify(right[at])}`;
}

/** Those who take what must be refused. */
async function careless({ ours, rivals, bad = [] }: Contest): Promise<readonly string[]> {
  if (bad.length > 0 && ours.refuses === undefined) return [`${ours.name} does not say what it refuses`];
  const found: string[] = [];
  for (const { name, refuses } of [ours, ...rivals])
    for (const [i, what] of bad.entries())
      if (refuses && !(await refuses(i))) found.push(`${name} takes a record with ${what}`);
  return found;
}

/**
 * Those who do other work than ours, a sentence each: who gives other answers, with the first event; who gives more or fewer than
 * there are events; who takes what must be refused. Ours too, when its answers prove nothing.
 */
export async function dissenters(contest: Contest): Promise<readonly string[]> {
  const { ours, rivals, events } = contest;
  const right = await ours.answers();
  const nothing = worthless(right, events);
  if (nothing !== undefined) return [`${ours.name}: ${nothing}`];
  const wrong: string[] = [];
  for (const { name, answers } of rivals) {
    const found = difference(await answers(), right, events);
    if (found !== undefined) wrong.push(`${name}, ${found}`);
  }
  return [...wrong, ...(await careless(contest))];
}
