import { assemble } from '../shared/assemble.js';
import { systemClock } from '../shared/clock.js';
import { Fault } from '../shared/core/fault.js';
import type { Clock } from '../shared/core/ports.js';
import { emptyTally, type KeptReplayDeps, replayKept, type Tally } from '../shared/pipeline/replay-kept.js';
import type { Shelf, Visited } from '../shared/stores/shelf.js';
import { interestOf, isEverything, matches } from './parked-filter.js';
import { HELP, type ParkedOptions, readOptions } from './parked-options.js';
import { openPlaces, type Places } from './parked-places.js';
import { HEADING, lineOf, paragraphOf, type View, viewOf } from './parked-view.js';
import { bar, rateOf, statusLine } from './status-line.js';
import { WrongUse } from './wrong-use.js';

/** What the command takes from the machine; tests lend their own. */
export interface ParkedWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether somebody looks at `err`: only then progress is shown. */
  readonly isTerminal: boolean;
  /** Ends the work after what is under way, so that messages of a queue are given back. */
  readonly stop: AbortSignal;
}

/** What is met on the way through a place, as far as it is meant, some at a time. */
async function* meet(
  shelf: Shelf,
  { filter }: ParkedOptions,
  left: { count: number },
  { stop }: ParkedWorld,
): AsyncGenerator<readonly Visited[]> {
  for await (const some of shelf.visit(interestOf(filter))) {
    if (stop.aborted || left.count <= 0) return;
    const meant = some.filter((visited) => matches(visited, filter)).slice(0, left.count);
    left.count -= meant.length;
    if (meant.length > 0) yield meant;
  }
}

/** Of a queue only a part can be seen: says how much there is besides. */
async function totals({ shelves }: Places): Promise<ReadonlyMap<Shelf, number>> {
  const counted = await Promise.all(shelves.map(async (shelf) => [shelf, await shelf.total()] as const));
  return new Map(counted.flatMap(([shelf, total]) => (total === undefined ? [] : [[shelf, total] as const])));
}

async function look(places: Places, options: ParkedOptions, world: ParkedWorld): Promise<number> {
  const { action, json, values, filter } = options;
  const inAll = Object.fromEntries([...(await totals(places))].map(([{ place }, count]) => [place, count]));
  const views: View[] = [];
  const isPlain = !json && action !== 'show';
  if (isPlain) world.out(`${HEADING}\n`);
  const left = { count: options.limit };
  for (const shelf of places.shelves)
    for await (const some of meet(shelf, options, left, world))
      for (const visited of some) {
        const view = viewOf(visited, shelf.place, values && (json || action === 'show'));
        views.push(view);
        if (!json) world.out(action === 'show' ? `${paragraphOf(view)}\n` : `${lineOf(view)}\n`);
      }
  if (json) world.out(`${JSON.stringify({ kept: views, inAll }, null, 2)}\n`);
  else {
    const all = Object.entries(inAll).map(([place, count]) => `${place} holds ${count}`);
    world.err(
      [`${views.length} shown`, ...all, 'what is not due or in other hands cannot be seen'].join('; '),
    );
    world.err('\n');
  }
  return views.length === 0 && (action === 'show' || filter.records.length > 0) ? 1 : 0;
}

async function remove(places: Places, options: ParkedOptions, world: ParkedWorld): Promise<number> {
  let [dropped, left] = [0, 0];
  const most = { count: options.limit };
  for (const shelf of places.shelves)
    for await (const some of meet(shelf, options, most, world))
      for (const visited of some) {
        if (await visited.drop()) dropped++;
        else left++;
      }
  world.out(
    options.json ? `${JSON.stringify({ dropped, left }, null, 2)}\n` : `${dropped} dropped, ${left} left\n`,
  );
  return dropped === 0 || left > 0 ? 1 : 0;
}

const summary = ({ replayed, endings, requeued, dropped, left, unreadable }: Tally): string => {
  const ended = Object.entries(endings).filter(([, count]) => count > 0);
  const parts = ended.map(([name, count]) => `${count} ${name}`);
  if (requeued > 0) parts.push(`${requeued} put into the retry queue`);
  return `${replayed} replayed (${parts.join(', ')}); ${dropped} removed, ${left} left, ${unreadable} unreadable`;
};

/** How many there may be to go through, where that is known before. */
async function toGo(places: Places, { filter, limit }: ParkedOptions): Promise<number | undefined> {
  if (!isEverything(filter)) return undefined;
  const counted = await totals(places);
  if (counted.size < places.shelves.length) return undefined;
  return Math.min(
    limit,
    [...counted.values()].reduce((sum, one) => sum + one, 0),
  );
}

/** How far it has come, in a line. */
function farOf(tally: Tally, total: number | undefined, ms: number): string {
  const tried = tally.replayed + tally.unreadable;
  const far = total ? `${bar(tried / total)}  ` : '';
  return `${far}${rateOf(tally.replayed, ms)} a second, ${summary(tally)}`;
}

async function replay(places: Places, options: ParkedOptions, world: ParkedWorld): Promise<number> {
  const { requeue, rate, json } = options;
  const tally = emptyTally();
  const env = { ...world.env, TRIBUTARY_LOG_LEVEL: 'silent' };
  const machine = { clock: world.clock };
  const { parking } = places;
  const begun = world.clock.now();
  const line = statusLine({ ...world, now: world.clock.now });
  const total = world.isTerminal ? await toGo(places, options) : undefined;
  const deps: KeptReplayDeps = {
    way: requeue ? { kind: 'requeue', parking } : { kind: 'here', pipeline: await assemble(env, machine) },
    parking,
    clock: world.clock,
    rate,
    progress: (now) => line.show(() => farOf(now, total, world.clock.now() - begun)),
  };
  const left = { count: options.limit };
  // What this very replay has parked or buried is not tried once more.
  const isOld = ({ found }: Visited): boolean => !found.ok || found.value.at <= begun;
  for (const shelf of places.shelves)
    for await (const some of meet(shelf, options, left, world)) {
      await replayKept(some.filter(isOld), tally, deps, world.stop);
      if (tally.stopped || world.stop.aborted) break;
    }
  line.clear();
  if (json) world.out(`${JSON.stringify(tally, null, 2)}\n`);
  else world.out(`${summary(tally)}\n${tally.stopped ? `stopped: ${tally.stopped}\n` : ''}`);
  const named = options.filter.records.length > 0 && tally.replayed === 0;
  return tally.left > 0 || tally.unreadable > 0 || tally.stopped || named ? 1 : 0;
}

/** `tributary parked` on a given machine. */
export async function runParked(args: readonly string[], world: ParkedWorld): Promise<number> {
  try {
    const options = readOptions(args, world.clock.now());
    if (!options) {
      world.out(HELP);
      return 0;
    }
    const places = await openPlaces(options.from, options.requeue, world.env, world.clock);
    if (places.shelves.some(({ place }) => place === 'memory'))
      world.err('memory is that of one process: what another keeps there cannot be seen from here\n');
    if (options.action === 'list' || options.action === 'show' || options.dryRun)
      return await look(places, options, world);
    return await (options.action === 'drop' ? remove : replay)(places, options, world);
  } catch (error) {
    if (error instanceof WrongUse) world.err(`tributary parked: ${error.message}\n\n${HELP}`);
    else if (error instanceof Fault) world.err(`tributary parked: ${error.code}: ${error.message}\n`);
    else throw error;
    return 2;
  }
}

/** `tributary parked`. Ctrl-C ends it after the batch under way. */
export async function parked(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end);
  try {
    return await runParked(args, {
      env: process.env,
      clock: systemClock,
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      // Undefined where it is none, whatever the types say.
      isTerminal: process.stderr.isTTY === true,
      stop: stop.signal,
    });
  } finally {
    process.off('SIGINT', end);
  }
}
