import { isDeepStrictEqual } from 'node:util';
import type { Rival } from './rivals.js';

/** One who does the same work as others, and what comes of it. */
export interface Contestant extends Rival {
  /** What it makes of each event, in the form that all of them are compared in. */
  readonly answers: () => Promise<readonly unknown[]>;
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
  /** Ours must be so many times as fast as the fastest of these. */
  readonly target?: { readonly ratio: number; readonly rivals: readonly string[] };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Does one event after another; `shown` brings what it gives into the common form. */
export const oneByOne = <T>(
  name: string,
  events: number,
  one: (i: number) => T,
  shown: (given: T) => unknown,
): Contestant => ({
  name,
  run: () => {
    let last: unknown;
    for (let i = 0; i < events; i++) last = one(i);
    return last;
  },
  answers: async () => range(events).map((i) => shown(one(i))),
});

/** As {@link oneByOne}, for one that has to be awaited. */
export const oneByOneAwaited = <T>(
  name: string,
  events: number,
  one: (i: number) => Promise<T>,
  shown: (given: T) => unknown,
): Contestant => ({
  name,
  run: async () => {
    let last: unknown;
    for (let i = 0; i < events; i++) last = await one(i);
    return last;
  },
  answers: async () => {
    const given = [];
    for (const i of range(events)) given.push(shown(await one(i)));
    return given;
  },
});

/** Those who give other answers than ours, each with the first event it differs on. */
export async function dissenters({ ours, rivals }: Contest): Promise<readonly string[]> {
  const right = await ours.answers();
  const wrong: string[] = [];
  for (const { name, answers } of rivals) {
    const given = await answers();
    const at = right.findIndex((one, i) => !isDeepStrictEqual(one, given[i]));
    if (at >= 0)
      wrong.push(`${name}, event ${at}: ${JSON.stringify(given[at])} is not ${JSON.stringify(right[at])}`);
  }
  return wrong;
}
