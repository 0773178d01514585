import { type Change, comparePlayed } from '../shared/dry-run/changes.js';
import { type DryRun, dryRun } from '../shared/dry-run/dry-run.js';
import { dryStates } from '../shared/dry-run/dry-states.js';
import { loadStates, type SavedStates } from '../shared/dry-run/saved-states.js';
import { causesOf } from '../shared/dry-run/tally.js';
import { arrivalsAt, arrivalsFrom } from '../shared/events/arrival.js';
import { type EventRecord, readEvents } from '../shared/events/read-events.js';
import { diffMarkdown, type ShownChange } from './diff-markdown.js';
import { type DiffOptions, HELP, readDiffOptions } from './diff-options.js';
import { type CauseOf, countChanges, type DiffSums, emptySums } from './diff-sums.js';
import { eventJson, eventText, sumsJson, sumsText } from './diff-view.js';
import { eventSources } from './event-files.js';
import { readKnownRules } from './known-rules.js';
import { type Paint, paintOf } from './paint.js';
import { progressOn, totalOf } from './progress.js';
import { complain, runHere, type World } from './world.js';

/** Both versions at work, and what has come of it. */
interface Course {
  readonly options: DiffOptions;
  readonly before: DryRun;
  readonly after: DryRun;
  readonly causeOf: CauseOf;
  readonly sums: DiffSums;
  readonly paint: Paint;
  /** For a report: the first differences. */
  readonly shown: ShownChange[];
  /** How many differences were told of. */
  told: number;
  /** How many there are. */
  found: number;
}

/** What is said at once of the differences of one event. */
function tell(course: Course, record: EventRecord, changes: readonly Change[]): string {
  const { options, causeOf, paint, shown } = course;
  course.found += changes.length;
  if (changes.length === 0) return '';
  if (options.style === 'json') return eventJson(record, changes, causeOf);
  const some = changes.slice(0, options.limit - course.told);
  course.told += some.length;
  if (options.style === 'markdown') shown.push(...some.map((change) => ({ record, change })));
  return options.style === 'text' && some.length > 0 ? eventText(record, some, paint) : '';
}

async function compareAll(course: Course, known: SavedStates | undefined, world: World): Promise<void> {
  const { options, before, after, causeOf, sums } = course;
  const sources = await eventSources(options.events, options.format, world);
  const start = world.clock.now();
  const arrivals = options.at === undefined ? arrivalsFrom(known?.at, start) : arrivalsAt(options.at);
  const progress = progressOn(world, totalOf(sources));
  for await (const some of readEvents(sources, progress.bytes)) {
    let texts = '';
    for (const record of some) {
      const at = arrivals(record.item);
      const was = await before.play(record, at);
      const is = await after.play(record, at);
      const changes = comparePlayed(was, is);
      countChanges(sums, changes, causeOf);
      if (is.ending.name === 'malformed') sums.malformed += 1;
      texts += tell(course, record, changes);
    }
    progress.records(some.length);
    if (texts === '') continue;
    progress.clear();
    await world.out(texts);
  }
  progress.clear();
}

function endOf({ options, sums, causeOf, shown, told, found, paint }: Course): string {
  const hidden = found - told;
  if (options.style === 'json') return sumsJson(sums);
  if (options.style === 'text') return sumsText(sums, hidden, paint);
  const { before, after, values } = options;
  return diffMarkdown([before, after], sums, shown, hidden, { causeOf, values });
}

async function go(options: DiffOptions, world: World): Promise<number> {
  const functions = options.functions ?? world.env['TRIBUTARY_FUNCTIONS'];
  const a = await readKnownRules(options.before, functions, world);
  const b = await readKnownRules(options.after, functions, world);
  const known = options.state === undefined ? undefined : await loadStates(options.state);
  const runOf = ({ rules, file }: typeof a): DryRun =>
    dryRun(rules, Object.keys(file.connections), dryStates(new Map(known?.states)));
  const course: Course = {
    options,
    before: runOf(a),
    after: runOf(b),
    causeOf: { before: causesOf(a.rules), after: causesOf(b.rules) },
    sums: emptySums(),
    paint: paintOf(world.screen.colours),
    shown: [],
    told: 0,
    found: 0,
  };
  await compareAll(course, known, world);
  await world.out(endOf(course));
  const { differing, events, malformed } = course.sums;
  // A gate that compares nothing must not open.
  if (events === 0) world.err('nothing was compared: there are no events\n');
  return differing > 0 || malformed > 0 || events === 0 ? 1 : 0;
}

/** `tributary diff` on a given machine. */
export async function runDiff(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readDiffOptions(args);
    if (options) return await go(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('diff', error, world);
  }
}

/** `tributary diff`. */
export const diff = (args: readonly string[]): Promise<number> => runHere(runDiff, args);
