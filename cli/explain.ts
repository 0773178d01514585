import { type DryRun, dryRun } from '../shared/dry-run/dry-run.js';
import { dryStates } from '../shared/dry-run/dry-states.js';
import { explained } from '../shared/dry-run/explained.js';
import { loadStates } from '../shared/dry-run/saved-states.js';
import { arrivalsAt, arrivalsFrom } from '../shared/events/arrival.js';
import { type EventRecord, readEvents } from '../shared/events/read-events.js';
import { eventSources } from './event-files.js';
import { explanationJson } from './explain-json.js';
import { type ExplainOptions, HELP, readExplainOptions } from './explain-options.js';
import { explanationText } from './explain-view.js';
import { readKnownRules } from './known-rules.js';
import { paintOf } from './paint.js';
import { progressOn, totalOf } from './progress.js';
import { complain, runHere, type World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** The record that is meant, when it counts as taken in, and the run that knows what came before it. */
interface Meant {
  readonly record: EventRecord;
  readonly at: number;
}

/** Plays the records before the one that is meant; undefined when there are fewer. */
async function goTo(
  options: ExplainOptions,
  run: DryRun,
  after: number | undefined,
  world: World,
): Promise<Meant | undefined> {
  const sources = await eventSources(options.events, options.format, world);
  const arrivals = options.at === undefined ? arrivalsFrom(after, world.clock.now()) : arrivalsAt(options.at);
  const progress = progressOn(world, totalOf(sources));
  let number = 0;
  let only: Meant | undefined;
  for await (const some of readEvents(sources, progress.bytes)) {
    progress.records(some.length);
    for (const record of some) {
      number += 1;
      const meant = { record, at: arrivals(record.item) };
      if (number === options.record) {
        progress.clear();
        return meant;
      }
      if (options.record !== undefined) await run.play(record, meant.at);
      else if (only) throw new WrongUse('there are several events; say which one is meant: --record N');
      else only = meant;
    }
  }
  progress.clear();
  return only;
}

async function go(options: ExplainOptions, world: World): Promise<number> {
  const { rules, file } = await readKnownRules(
    options.config,
    options.functions ?? world.env['TRIBUTARY_FUNCTIONS'],
    world,
  );
  const known = options.state === undefined ? undefined : await loadStates(options.state);
  const run = dryRun(rules, Object.keys(file.connections), dryStates(known?.states));
  const meant = await goTo(options, run, known?.at, world);
  if (!meant) {
    world.err(`tributary explain: there is no event number ${options.record ?? 1}\n`);
    return 1;
  }
  const found = await explained(meant.record, meant.at, run, rules);
  await world.out(
    options.json ? explanationJson(found) : explanationText(found, paintOf(world.screen.colours)),
  );
  return found.played.ending.name === 'malformed' ? 1 : 0;
}

/** `tributary explain` on a given machine. */
export async function runExplain(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readExplainOptions(args);
    if (options) return await go(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('explain', error, world);
  }
}

/** `tributary explain`. */
export const explain = (args: readonly string[]): Promise<number> => runHere(runExplain, args);
