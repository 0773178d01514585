import { type Measured, type Spread, spread } from './rounds.js';

/** One of several that do the same work: each call does all of it once, and may wait. */
export interface Rival {
  readonly name: string;
  readonly run: () => unknown;
}

/** How a rival did beside ours. */
export interface Against extends Measured {
  /** Per round, our rate over this rival's. */
  readonly ratio: Spread;
}

/** What one group of rivals came to. */
export interface Field {
  readonly ours: Measured;
  readonly rivals: readonly Against[];
}

/** How long a rate takes, milliseconds of processor time, and how many there are. */
export interface Pace {
  readonly rounds: number;
  readonly ms: number;
}

let sink: unknown;

/** Keeps the last result reachable, so that the engine cannot drop the work. */
export const lastOf = (): unknown => sink;

/** Looking at the clock takes a microsecond or two, which is a lot beside the fastest: it is looked at this seldom, milliseconds. */
const LOOK_MS = 2;

async function calls(run: () => unknown, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const given = run();
    sink = given instanceof Promise ? await given : given;
  }
}

const spent = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

/** Calls a second of processor time, for so many milliseconds of it. */
async function rateOf({ run }: Rival, ms: number): Promise<number> {
  const start = process.cpuUsage();
  let count = 0;
  let step = 1;
  let all = 0;
  do {
    await calls(run, step);
    count += step;
    const before = all;
    all = spent(start);
    if (all - before < LOOK_MS) step *= 2;
  } while (all < ms);
  return (count * 1000) / all;
}

/** What is run for this many times as long first is compiled by then: the pipeline is much code, a peer's template is little. */
const WARM_UP = 5;

/**
 * Measures ours and every rival in turn, round by round, each round beginning with another one: what the machine does
 * besides hits all of them. Ratios are taken per round.
 */
export async function race(ours: Rival, rivals: readonly Rival[], { rounds, ms }: Pace): Promise<Field> {
  const all = [ours, ...rivals];
  for (const one of all) await rateOf(one, ms * WARM_UP);
  const rates = all.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < all.length; turn++) {
      const place = (round + turn) % all.length;
      const one = all[place];
      if (one) rates[place]?.push(await rateOf(one, ms));
    }
  const [own = [], ...others] = rates;
  return {
    ours: { name: ours.name, ...spread(own) },
    rivals: rivals.map(({ name }, i) => {
      const theirs = others[i] ?? [];
      return {
        name,
        ...spread(theirs),
        ratio: spread(own.map((rate, round) => rate / (theirs[round] ?? Number.NaN))),
      };
    }),
  };
}
