import { type DryRun, dryRun } from '../shared/dry-run/dry-run.js';
import { dryStates } from '../shared/dry-run/dry-states.js';
import { loadStates, saveStates } from '../shared/dry-run/saved-states.js';
import { type Cause, causesOf, count, emptyTally, type Tally } from '../shared/dry-run/tally.js';
import { type Arrivals, arrivalsAt, arrivalsFrom } from '../shared/events/arrival.js';
import { type BatchOptions, type InputRecord, readInputs } from './batch-files.js';
import { eventSources } from './event-files.js';
import { readKnownRules } from './known-rules.js';
import { type Paint, paintOf } from './paint.js';
import { HELP, type PlanOptions, readPlanOptions } from './plan-options.js';
import { jsonOf, tallyJson, tallyText, textOf } from './plan-view.js';
import { progressOn, totalOf } from './progress.js';
import { complain, runHere, type World } from './world.js';

/** Everything a record passes through. */
interface Course {
  readonly options: PlanOptions;
  readonly batch: BatchOptions;
  readonly run: DryRun;
  readonly arrivals: Arrivals;
  readonly tally: Tally;
  readonly causeOf: (cause: string) => Cause;
  readonly paint: Paint;
}

/** Plays one record; gives what is to be said of it. */
async function play(record: InputRecord, { options, run, arrivals, tally, causeOf, paint }: Course) {
  const at = options.at === undefined && record.at !== undefined ? record.at : arrivals(record.item);
  const played = await run.play(record, at);
  count(tally, played, causeOf);
  if (options.summary) return { at, text: '' };
  const shown = { record, at, played };
  return { at, text: options.json ? jsonOf(shown, causeOf, options.all) : textOf(shown, paint, options.all) };
}

async function playAll(course: Course, world: World): Promise<number | undefined> {
  const { options, batch } = course;
  const sources = await eventSources(options.events, options.format, world);
  const progress = progressOn(world, totalOf([...batch.previous, ...sources]));
  let last: number | undefined;
  for await (const some of readInputs(sources, batch, progress.bytes, world)) {
    let texts = '';
    for (const record of some) {
      if (record.isPrevious) {
        await course.run.play(record, record.at ?? 0);
        continue;
      }
      const { at, text } = await play(record, course);
      last = at;
      texts += text;
    }
    progress.records(some.length);
    if (texts === '') continue;
    progress.clear();
    await world.out(texts);
  }
  progress.clear();
  return last;
}

async function go(options: PlanOptions, world: World): Promise<number> {
  const loaded = await readKnownRules(
    options.config,
    options.functions ?? world.env['TRIBUTARY_FUNCTIONS'],
    world,
  );
  const { rules, file } = loaded;
  let waiting = 0;
  const batch: BatchOptions = {
    loaded,
    as: options.as,
    areEvents: options.format !== undefined,
    previous: options.previous.length > 0 ? await eventSources(options.previous, undefined, world) : [],
    mayLeave(why, count) {
      waiting += count;
      world.err(
        `note: ${why}: nobody is taken out before somebody says so (tributary files accept); here is what follows then\n`,
      );
      return true;
    },
  };
  const known = options.state === undefined ? undefined : await loadStates(options.state);
  const run = dryRun(rules, Object.keys(file.connections), dryStates(known?.states));
  const start = world.clock.now();
  const arrivals = options.at === undefined ? arrivalsFrom(known?.at, start) : arrivalsAt(options.at);
  const tally = emptyTally(rules);
  const paint = paintOf(world.screen.colours);
  const last = await playAll(
    { options, batch, run, arrivals, tally, causeOf: causesOf(rules), paint },
    world,
  );
  const sums = { persons: run.states.all.size, waiting };
  await world.out(options.json ? tallyJson(tally, sums) : tallyText(tally, sums, paint));
  if (options.saveState !== undefined)
    await saveStates(options.saveState, { states: run.states.all, at: last ?? known?.at });
  return tally.endings.malformed + waiting > 0 ? 1 : 0;
}

/** `tributary plan` on a given machine. */
export async function runPlan(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readPlanOptions(args);
    if (options) return await go(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('plan', error, world);
  }
}

/** `tributary plan`. */
export const plan = (args: readonly string[]): Promise<number> => runHere(runPlan, args);
