import { ALL_NEWS, USUAL } from './journey-events.js';
import { perBatch, perRecord } from './journey-naive.js';
import { deployed } from './journey-ours.js';
import {
  type JourneyResult,
  journeyMissed,
  journeyText,
  limited,
  MANY_CALLS,
  NAMES,
} from './journey-report.js';
import { type Handling, type Journey, journey, type Load } from './journey-run.js';
import type { Options, Outcome } from './outcome.js';
import { installPeers, openPeers, type Peers } from './peers-load.js';
import { spread } from './rounds.js';

/** How many events wait for each: enough for seconds. */
const EVENTS = { ours: 4_000, perBatch: 4_000, parallel: 2_000, inOrder: 100 } as const;
/** Persons; few for the one that takes a call for each. */
const PEOPLE = { ours: 1_000, perBatch: 1_000, parallel: 1_000, inOrder: 50 } as const;
/** Events that come one by one. */
const SINGLE = 50;

const handlings = (peers: Peers): Readonly<Record<keyof typeof EVENTS, Handling>> => ({
  ours: { name: NAMES.ours, open: async (world) => deployed(world) },
  perBatch: { name: NAMES.perBatch, open: async (world) => perBatch(world) },
  parallel: { name: NAMES.parallel, open: async (world) => perRecord(world, peers, true) },
  inOrder: { name: NAMES.inOrder, open: async (world) => perRecord(world, peers, false) },
});

const KEYS = ['ours', 'perBatch', 'parallel', 'inOrder'] as const;
type Key = (typeof KEYS)[number];

function summary(key: Key, events: number, runs: readonly Journey[]): JourneyResult {
  const one = runs[0];
  const latencies = runs.flatMap((run) => run.latencies).sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return {
    name: NAMES[key],
    rate: spread(runs.map(({ rate }) => rate)),
    callsPer10k: ((one?.calls ?? 0) / events) * 10_000,
    rowsPer10k: ((one?.rows ?? 0) / events) * 10_000,
    most: Math.max(...runs.map(({ most }) => most)),
    cpuMicros: spread(runs.map(({ cpuMicros }) => cpuMicros)).median,
    p50: at(0.5),
    p99: at(0.99),
    ratio: spread([]),
    atLimit: spread([]),
    atMany: spread([]),
  };
}

/** Ratios round by round: of the rates in the run, and of what limits of the CRM's day leave of them. */
function against(ours: readonly Journey[], theirs: readonly Journey[], [a, b]: readonly [number, number]) {
  const pairs = ours.flatMap((one, i) => {
    const other = theirs[i];
    return other ? [[one, other] as const] : [];
  });
  return {
    ratio: spread(pairs.map(([one, other]) => one.rate / other.rate)),
    atLimit: spread(pairs.map(([one, other]) => limited(one, a) / limited(other, b))),
    atMany: spread(pairs.map(([one, other]) => limited(one, a, MANY_CALLS) / limited(other, b, MANY_CALLS))),
  };
}

/** Runs some of them in turn, round by round. Whoever cannot be had is left out. */
async function rounds(
  keys: readonly Key[],
  { rounds: count, quick, onScenario }: Options,
  mix: Load['mix'],
  peers: Peers,
): Promise<readonly JourneyResult[]> {
  const all = handlings(peers);
  const runs = new Map<Key, Journey[]>();
  const sizeOf = (key: Key): number => (quick ? 12 : EVENTS[key]);
  for (let round = 0; round < count; round++)
    for (const key of [...keys.slice(round % keys.length), ...keys.slice(0, round % keys.length)]) {
      onScenario(`end to end, round ${round + 1}/${count}: ${NAMES[key]}`);
      const people = quick ? 6 : PEOPLE[key];
      const run = await journey(all[key], { people, events: sizeOf(key), single: quick ? 2 : SINGLE, mix });
      if (run) runs.set(key, [...(runs.get(key) ?? []), run]);
    }
  const ours = runs.get('ours') ?? [];
  const inOrder = keys.flatMap((key) => {
    const found = runs.get(key);
    return found ? [[key, found] as const] : [];
  });
  return inOrder.map(([key, found]) => ({
    ...summary(key, sizeOf(key), found),
    ...against(ours, found, [sizeOf('ours'), sizeOf(key)]),
  }));
}

/** The whole way from the stream to the row, beside the handler that a good engineer writes in a day. */
export async function endToEnd(options: Options): Promise<Outcome> {
  const failure = options.quick ? undefined : await installPeers();
  const peers = openPeers();
  // A round takes half a minute.
  const few = { ...options, rounds: Math.min(options.rounds, 3) };
  const usual = await rounds(KEYS, few, USUAL, peers);
  const news = await rounds(['ours', 'perBatch'], few, ALL_NEWS, peers);
  const missing = failure ?? [...peers.missing.values()][0];
  const results = { usual, news, missing };
  const ratios = Object.fromEntries(
    usual.slice(1).flatMap(({ name, ratio, atLimit }) => [
      [`within the CRM's limit, against ${name}`, atLimit],
      [`a backlog, against ${name}`, ratio],
    ]),
  );
  return { results, text: journeyText(results), missed: journeyMissed(results), ratios };
}

/** Processor time of those who do not wait, for an event of the usual mix, microseconds, by name; who cannot be had is left out. */
export async function cpuOfHandlers(options: Options): Promise<ReadonlyMap<string, number>> {
  if (!options.quick) await installPeers();
  const results = await rounds(
    ['ours', 'perBatch', 'parallel'],
    { ...options, rounds: Math.min(options.rounds, 3) },
    USUAL,
    openPeers(),
  );
  return new Map(results.map(({ name, cpuMicros }) => [name, cpuMicros]));
}
