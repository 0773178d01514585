import { dirname, resolve } from 'node:path';
import type { CompiledRules } from '../core/compiled.js';
import { Fault, ok } from '../core/fault.js';
import type { Ending, EndingName } from '../core/ports.js';
import type { Action } from '../core/remote.js';
import type { GivenRecord, ShortRecord, TestCase } from '../core/test-case.js';
import { parseTime } from '../core/time.js';
import { timesIn } from '../events/arrival.js';
import { fileSource } from '../events/event-source.js';
import { type EventRecord, readEvents } from '../events/read-events.js';
import { compareActions, type Difference } from './case-match.js';
import { CaseFault, type Somebody, somebodyIn, wholeRecord } from './case-records.js';
import { type OwnTimes, timesOf } from './case-times.js';
import { dryRun } from './dry-run.js';

/** What became of a case. */
export interface CaseResult {
  /** What is wrong with the actions. */
  readonly differences: readonly Difference[];
  /** What else is wrong, in words. */
  readonly complaints: readonly string[];
  /** Names of the rules that asked for some action. */
  readonly causes: readonly string[];
}

/** A case and what it is run with. */
export interface CaseRun {
  readonly test: TestCase;
  /** The file that holds the case: files of events are named from there. */
  readonly file: string;
  readonly rules: CompiledRules;
  readonly connections: readonly string[];
}

/** One record of a case before it has a time. */
interface Part extends OwnTimes {
  readonly whole: EventRecord | undefined;
  readonly short: ShortRecord | undefined;
}

function wholePart(record: EventRecord): Part {
  const times = timesIn(record.item);
  return { at: times?.newest, oldest: times?.oldest, whole: record, short: undefined };
}

function shortPart(short: ShortRecord): Part {
  const micros = short.at === undefined ? undefined : parseTime(short.at);
  const at = micros === undefined ? undefined : Math.floor(micros / 1000);
  return { at, oldest: at, whole: undefined, short };
}

async function partsOf(given: readonly GivenRecord[], file: string): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const one of given) {
    if ('short' in one) parts.push(shortPart(one.short));
    else if ('body' in one) parts.push(wholePart({ file, line: 1, offset: 0, item: ok(one.body) }));
    else {
      const source = await fileSource(resolve(dirname(file), one.file));
      for await (const some of readEvents([source])) for (const record of some) parts.push(wholePart(record));
    }
  }
  return parts;
}

/** Whom the case is about: the first of its records that says so. */
function somebodyOf(parts: readonly Part[], rules: CompiledRules): Somebody | undefined {
  for (const { whole, short } of parts) {
    const body = short ? wholeRecord(short, 0, NOBODY, rules) : whole?.item.ok ? whole.item.value : undefined;
    const somebody = somebodyIn(body, rules);
    if (somebody) return somebody;
  }
  return undefined;
}

const NOBODY: Somebody = { identityMap: {}, keys: [] };

interface Moment {
  readonly record: EventRecord;
  readonly at: number;
}

/** The records of a case with their times: those that happened before, and those that are given. */
async function momentsOf({ test, file, rules }: CaseRun): Promise<{ before: Moment[]; given: Moment[] }> {
  const before = await partsOf(test.state ?? [], file);
  const given = await partsOf(test.given, file);
  const times = timesOf(before, given);
  const somebody = somebodyOf([...given, ...before], rules);
  let last = Number.NEGATIVE_INFINITY;
  const moment = ({ whole, short }: Part, time: number): Moment => {
    // Records are taken in one after another, as in a file.
    last = Math.max(last + 1, time);
    const value = short && wholeRecord(short, time, somebody, rules);
    return { record: whole ?? { file, line: 1, offset: 0, item: ok(value) }, at: last };
  };
  return {
    before: before.map((part, i) => moment(part, times.before[i] ?? 0)),
    given: given.map((part, i) => moment(part, times.given[i] ?? 0)),
  };
}

/** Endings that nobody means unless they say so: the case would pass for the wrong reason. To wait is what the file says. */
const isMishap = ({ name, fault }: Ending): boolean =>
  name === 'malformed' || (name === 'unaddressed' && fault?.code !== 'person.waiting');

const faultText = ({ name, fault }: Ending): string =>
  fault ? `${name} (${fault.code}: ${fault.message})` : name;

function complaintsOf(
  before: readonly Ending[],
  given: readonly Ending[],
  wanted: EndingName | undefined,
): string[] {
  const complaints: string[] = [];
  for (const [i, ending] of before.entries())
    if (isMishap(ending)) complaints.push(`record ${i + 1} of state ends as ${faultText(ending)}`);
  for (const [i, ending] of given.entries()) {
    const isLast = i === given.length - 1;
    if (isMishap(ending) && !(isLast && ending.name === wanted))
      complaints.push(
        `record ${i + 1} of given ends as ${faultText(ending)}; if that is meant, say ending: ${ending.name}`,
      );
    else if (isLast && wanted !== undefined && ending.name !== wanted)
      complaints.push(`the last record was to end as ${wanted}, and ends as ${faultText(ending)}`);
  }
  if (given.length === 0) complaints.push('the files of given hold no record');
  return complaints;
}

/**
 * Runs one case: what happened before is played and delivered, then what is given; its actions are compared with what is
 * expected. A case that cannot be run is one that failed. Throws only when a broken program does.
 */
export async function runCase(run: CaseRun): Promise<CaseResult> {
  try {
    return await play(run);
  } catch (error) {
    if (!(error instanceof Fault || error instanceof CaseFault)) throw error;
    const text = error instanceof Fault ? `${error.code}: ${error.message}` : error.message;
    return { differences: [], complaints: [text], causes: [] };
  }
}

async function play(run: CaseRun): Promise<CaseResult> {
  const { test, rules, connections } = run;
  const { before, given } = await momentsOf(run);
  const dry = dryRun(rules, connections);
  const past: Ending[] = [];
  for (const { record, at } of before) past.push((await dry.play(record, at)).ending);
  const endings: Ending[] = [];
  const actions: Action[] = [];
  const shadows: Action[] = [];
  const causes: string[] = [];
  for (const { record, at } of given) {
    const played = await dry.play(record, at);
    endings.push(played.ending);
    actions.push(...played.deliveries.map(({ action }) => action));
    shadows.push(...played.shadows.map(({ action }) => action));
    causes.push(...[...played.deliveries, ...played.shadows].flatMap((asked) => asked.causes));
  }
  const meant = test.expect.filter(({ shadow }) => shadow);
  const atWork = test.expect.filter(({ shadow }) => !shadow);
  return {
    differences: [
      ...compareActions(atWork, actions, test.only || atWork.length === 0),
      ...compareActions(meant, shadows, false),
    ],
    complaints: complaintsOf(past, endings, test.ending),
    causes: [...new Set(causes)],
  };
}
