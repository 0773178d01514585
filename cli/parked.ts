import { meet, moreText, tellMore, totals, upTo } from './parked-meet.js';
import { HELP, type ParkedOptions, readOptions } from './parked-options.js';
import { withName } from './parked-person.js';
import { openPlaces, type Places } from './parked-places.js';
import { replay } from './parked-replay.js';
import { HEADING, lineOf, paragraphOf, type View, viewOf } from './parked-view.js';
import { complain, runHere, type World } from './world.js';

async function look(places: Places, options: ParkedOptions, world: World): Promise<number> {
  const { action, json, values, filter } = options;
  const inAll = Object.fromEntries([...(await totals(places))].map(([{ place }, count]) => [place, count]));
  const views: View[] = [];
  const isPlain = !json && action !== 'show';
  if (isPlain) await world.out(`${HEADING}\n`);
  const left = upTo(options.limit);
  for (const shelf of places.shelves)
    for await (const some of meet(shelf, options, left, world))
      for (const visited of some) {
        const view = viewOf(visited, shelf.place, values && (json || action === 'show'));
        views.push(view);
        if (!json) await world.out(action === 'show' ? `${paragraphOf(view)}\n` : `${lineOf(view)}\n`);
      }
  if (json)
    await world.out(`${JSON.stringify({ kept: views, more: left.more !== 'none', inAll }, null, 2)}\n`);
  else {
    const all = Object.entries(inAll).map(([place, count]) => `${place} holds ${count}`);
    const more = moreText(left, options) ?? [];
    const unseen = 'what is not due or in other hands cannot be seen';
    world.err(`${[`${views.length} shown`, more, all, unseen].flat().join('; ')}\n`);
  }
  return views.length === 0 && (action === 'show' || filter.records.length > 0) ? 1 : 0;
}

async function remove(places: Places, options: ParkedOptions, world: World): Promise<number> {
  let [dropped, left] = [0, 0];
  const most = upTo(options.limit);
  for (const shelf of places.shelves)
    for await (const some of meet(shelf, options, most, world))
      for (const visited of some) {
        if (await visited.drop()) dropped++;
        else left++;
      }
  tellMore(most, options, world);
  await world.out(
    options.json
      ? `${JSON.stringify({ dropped, left, more: most.more !== 'none' }, null, 2)}\n`
      : `${dropped} dropped, ${left} left\n`,
  );
  return dropped === 0 || left > 0 ? 1 : 0;
}

/** `tributary parked` on a given machine. */
export async function runParked(args: readonly string[], world: World): Promise<number> {
  try {
    const words = readOptions(args, world.clock.now());
    if (!words) {
      await world.out(HELP);
      return 0;
    }
    const options = { ...words, filter: await withName(words.filter, world) };
    const places = await openPlaces(options.from, options.requeue, world.env, world.clock);
    if (places.shelves.some(({ place }) => place === 'memory'))
      world.err('memory is that of one process: what another keeps there cannot be seen from here\n');
    if (options.action === 'list' || options.action === 'show' || options.dryRun)
      return await look(places, options, world);
    return await (options.action === 'drop' ? remove : replay)(places, options, world);
  } catch (error) {
    return complain('parked', error, world);
  }
}

/** `tributary parked`. Ctrl-C ends it after the batch under way, so that messages of a queue are given back. */
export const parked = (args: readonly string[]): Promise<number> =>
  runHere(runParked, args, { heedsStop: true });
