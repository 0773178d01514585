import { assemble } from '../shared/assemble.js';
import { Fault } from '../shared/core/fault.js';
import { emptyTally, type KeptReplayDeps, replayKept, type Tally } from '../shared/pipeline/replay-kept.js';
import type { Visited } from '../shared/stores/shelf.js';
import { isEverything } from './parked-filter.js';
import { meet, tellMore, totals, upTo } from './parked-meet.js';
import type { ParkedOptions } from './parked-options.js';
import type { Places } from './parked-places.js';
import { bar, rateOf, statusLine } from './status-line.js';
import type { World } from './world.js';

const summary = ({ replayed, endings, requeued, dropped, left, unreadable }: Tally): string => {
  const ended = Object.entries(endings).filter(([, count]) => count > 0);
  const parts = ended.map(([name, count]) => `${count} ${name}`);
  if (requeued > 0) parts.push(`${requeued} put into the retry queue`);
  const ends = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  return `${replayed} replayed${ends}; ${dropped} removed, ${left} left, ${unreadable} unreadable`;
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

/** Throws `config.invalid` where letters of elsewhere would be judged by a memory that knows nobody. */
function demandState({ shelves }: Places, state: string | undefined): void {
  if (!state?.startsWith('memory:') || shelves.every(({ place }) => place === 'memory')) return;
  const text = `TRIBUTARY_STATE is ${state}, the memory of this process alone: it knows nothing of what has been sent, so that all would be sent again; set it and TRIBUTARY_STATE_CONNECTION to the state of the deployment, or say --requeue, and the deployment tries them`;
  throw new Fault('config.invalid', text);
}

/** Tries what is kept again: here, or by the deployment. Gives the status. */
export async function replay(places: Places, options: ParkedOptions, world: World): Promise<number> {
  const { requeue, rate, json } = options;
  if (!requeue) demandState(places, world.env['TRIBUTARY_STATE']);
  const tally = emptyTally();
  const env = { ...world.env, TRIBUTARY_LOG_LEVEL: 'silent' };
  const machine = { clock: world.clock };
  const { parking } = places;
  const begun = world.clock.now();
  const line = statusLine({ isTerminal: world.screen.err, err: world.err, now: world.clock.now });
  const total = world.screen.err ? await toGo(places, options) : undefined;
  const deps: KeptReplayDeps = {
    way: requeue ? { kind: 'requeue', parking } : { kind: 'here', pipeline: await assemble(env, machine) },
    parking,
    clock: world.clock,
    rate,
    progress: (now) => line.show(() => farOf(now, total, world.clock.now() - begun)),
  };
  const left = upTo(options.limit);
  // What this very replay has parked or buried is not tried once more.
  const isOld = ({ found }: Visited): boolean => !found.ok || found.value.at <= begun;
  const isOver = (): boolean => tally.stopped !== undefined || world.stop.aborted;
  for (const shelf of places.shelves) {
    // Of a queue that is not worked off nothing is taken into the hand.
    if (isOver()) break;
    for await (const some of meet(shelf, options, left, world)) {
      await replayKept(some.filter(isOld), tally, deps, world.stop);
      if (isOver()) break;
    }
  }
  line.clear();
  tellMore(left, options, world);
  if (json) await world.out(`${JSON.stringify({ ...tally, more: left.more !== 'none' }, null, 2)}\n`);
  else await world.out(`${summary(tally)}\n${tally.stopped ? `stopped: ${tally.stopped}\n` : ''}`);
  const named = options.filter.records.length > 0 && tally.replayed === 0;
  return tally.left > 0 || tally.unreadable > 0 || tally.stopped || named ? 1 : 0;
}
