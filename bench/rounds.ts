/** One thing to be measured: it does `units` of work per call and gives something, so that nothing is optimised away. */
export interface Contender {
  readonly name: string;
  readonly run: () => unknown;
}

/** Of fewer rounds than these quartiles say nothing. */
export const FEW_ROUNDS = 4;

/** What the rounds gave: the middle one, the least and the most, and between which half of them lie. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The quartiles; of fewer than {@link FEW_ROUNDS} rounds the least and the most. */
  readonly low: number;
  readonly high: number;
  /** Each of them, as they came. */
  readonly rounds: readonly number[];
}

/** Calls per second of one contender. */
export interface Measured extends Spread {
  readonly name: string;
}

export interface Comparison {
  readonly contenders: readonly Measured[];
  /** Per round, the second contender's rate over the first's. */
  readonly ratio: Spread;
}

let sink: unknown;

/** For so many times as long each runs first: in less the pipeline is not compiled, and its first rounds are a tenth of the others. */
const WARM_UP = 5;

/** Calls per second of processor time: what else runs on a shared machine takes wall time, not ours. */
function rate(run: () => unknown, ms: number): number {
  const start = process.cpuUsage();
  let calls = 0;
  let spent = 0;
  do {
    sink = run();
    calls += 1;
    const { user, system } = process.cpuUsage(start);
    spent = (user + system) / 1000;
  } while (spent < ms);
  return (calls * 1000) / spent;
}

/** The value below which a share of them lies, between two of them where it is none; of none 0. */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  // Of two alike exactly that: the sum below may differ from it in its last digit.
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

/** What some rounds gave; of no rounds zeros. */
export function spread(rounds: readonly number[]): Spread {
  const sorted = [...rounds].sort((a, b) => a - b);
  const few = sorted.length < FEW_ROUNDS;
  return {
    median: quantile(sorted, 0.5),
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    low: quantile(sorted, few ? 0 : 0.25),
    high: quantile(sorted, few ? 1 : 0.75),
    rounds,
  };
}

const summary = (
  [limit, ours]: readonly [string, string],
  rates: readonly [number, number][],
): Comparison => ({
  contenders: [
    { name: limit, ...spread(rates.map(([a]) => a)) },
    { name: ours, ...spread(rates.map(([, b]) => b)) },
  ],
  ratio: spread(rates.map(([a, b]) => b / a)),
});

/**
 * Measures two contenders in turn, round by round, so that a machine that slows down slows both. The ratio is taken
 * per round and its median reported with the spread: trust the ratio, not the absolute rates.
 */
export function compare(
  limit: Contender,
  ours: Contender,
  options: { rounds: number; ms: number },
): Comparison {
  for (const { run } of [limit, ours]) rate(run, options.ms * WARM_UP);
  const rates: [number, number][] = [];
  for (let round = 0; round < options.rounds; round++) {
    // Who goes first changes each round: the second may profit from a warm cache or suffer from the first's garbage.
    if (round % 2 === 0) rates.push([rate(limit.run, options.ms), rate(ours.run, options.ms)]);
    else {
      const second = rate(ours.run, options.ms);
      rates.push([rate(limit.run, options.ms), second]);
    }
  }
  return summary([limit.name, ours.name], rates);
}

/** One thing to be measured that takes its time: a call does the same work every time. */
export interface Task {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** Calls per second of processor time of one call, the threads that work for it included. */
async function taskRate({ run }: Task): Promise<number> {
  const start = process.cpuUsage();
  sink = await run();
  const { user, system } = process.cpuUsage(start);
  return 1_000_000 / (user + system);
}

/** As {@link compare}, for what cannot be called in a loop without waiting: one call a round. */
export async function compareTasks(limit: Task, ours: Task, rounds: number): Promise<Comparison> {
  for (const task of [limit, ours]) await taskRate(task);
  const rates: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) rates.push([await taskRate(limit), await taskRate(ours)]);
    else {
      const second = await taskRate(ours);
      rates.push([await taskRate(limit), second]);
    }
  }
  return summary([limit.name, ours.name], rates);
}

/** Keeps the last result reachable, so that the engine cannot drop the work. */
export const lastResult = (): unknown => sink;
