import type { EndingName } from '../../shared/core/ports.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { identityOf } from '../demo/people.js';
import { createBooks } from './books.js';
import { chances } from './chance.js';
import { climateOf } from './climate.js';
import { codaOf, readCoda } from './coda.js';
import { createModelCrm } from './crm.js';
import { createDesk } from './desk.js';
import { createDoubts } from './doubts.js';
import { runHub } from './event-hubs.js';
import type { FaultKind } from './fault-kinds.js';
import { createFaults, type Faults } from './faults.js';
import { acquaintanceOf } from './identities.js';
import { judge, type Violation } from './judge.js';
import { runShard } from './kinesis.js';
import { createModelQueue } from './model-queue.js';
import { type IndexedEvent, type Published, personsOf, publish, STREAM_START, trafficOf } from './publish.js';
import { createRepeats } from './repeats.js';
import { readRules } from './rules-file.js';
import type { Scenario } from './scenario.js';
import { runSqs } from './sqs.js';
import { runStorageQueue } from './storage-queue.js';
import { createStory, silence } from './story.js';
import { createTimeline } from './timeline.js';
import { readEvent, truthOf } from './truth.js';
import type { Mutation, World } from './world.js';

/** What one scenario came to. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly violations: readonly Violation[];
  readonly endings: Readonly<Record<EndingName, number>>;
  readonly messages: number;
  readonly records: number;
  readonly unended: number;
  /** Rows written again with what they held because nobody could know, and without that excuse. */
  readonly repeats: { readonly excused: number; readonly doubled: number };
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** Faults that struck, or would have. */
  readonly struck: number;
  readonly invocations: number;
  /** Records delivered, redeliveries included. */
  readonly delivered: number;
  readonly crm: { readonly calls: number; readonly rows: number };
  readonly virtualMs: number;
  readonly story: readonly string[];
}

/** What may be given beside a scenario. */
export interface SliceOptions {
  /** The scenario's events, when they have been made already. */
  readonly events?: readonly IndexedEvent[];
  readonly mutate?: Mutation;
  /** Tells the whole story, for people. */
  readonly tell?: boolean;
}

const DAY = 86_400_000;
/** Faults stop at the latest after so long, and then everything must have ended after as long again. */
const LONGEST_MS = 10 * DAY;
const MOST_POISONED = 3;
/**
 * A pipeline that goes round for ever must come to be judged as well: what it has not settled by then is lost. The right
 * one needs at most 64 happenings a message at 200 events, and fewer the more there are.
 */
const MOST_HAPPENINGS = { each: 100, spare: 20_000 };

/** Some persons whose rows the CRM refuses for good, alone or with all of their request. */
function poisonOf(faults: Faults, scenario: Scenario, chance: ReturnType<typeof chances>): World['poison'] {
  const random = chance('poison');
  const poison = new Map<string, 'row' | 'batch'>();
  for (const kind of ['row', 'batch'] as const) {
    const count = 1 + random.below(MOST_POISONED);
    const keys = Array.from({ length: count }, () => identityOf(random.below(personsOf(scenario))))
      // An edge that was refused under one key of several does not come again under another.
      .filter((who) => ['one', 'guest', 'hidden'].includes(acquaintanceOf(who)))
      .map(({ keyedBy, crmid, address }) => (keyedBy === 'crmid' ? crmid : address));
    if (!faults.strike(`crm.poison-${kind}`, keys.join(' '))) continue;
    for (const key of keys) poison.set(key, kind);
  }
  return poison;
}

function createWorld(scenario: Scenario, options: SliceOptions, doubled: Violation[]): World {
  const chance = chances(scenario.schedule);
  const climate = climateOf(scenario.schedule);
  const timeline = createTimeline(STREAM_START);
  const { now } = timeline;
  const story = options.tell ? createStory(now) : silence;
  const faults = createFaults(scenario, climate, chance, story);
  let number = 0;
  return {
    scenario,
    climate,
    timeline,
    story,
    faults,
    waits: chance('waits'),
    ...readRules(),
    crm: createModelCrm(now),
    desk: createDesk(),
    memory: memoryStore(),
    items: new Map(),
    entities: new Map(),
    clouds: {
      aws: { queue: createModelQueue(timeline), objects: new Map() },
      azure: { queue: createModelQueue(timeline), objects: new Map() },
    },
    books: createBooks(),
    doubts: createDoubts(),
    repeats: createRepeats(now, (object, key) => {
      story.tell(() => `DOUBLED ${object} ${key}`);
      doubled.push({ kind: 'doubled', text: `${object} ${key} was written again with what it held`, key });
    }),
    outages: new Map(),
    locks: new Map(),
    poison: poisonOf(faults, scenario, chance),
    mutate: options.mutate ?? ((deps) => deps),
    next: () => ++number,
  };
}

/** From here on nothing goes wrong, and nothing is down any more. */
function calm({ faults, outages, locks }: World): void {
  faults.stop();
  outages.clear();
  locks.clear();
}

async function live(world: World, { shards, partitions, coda, events }: Published): Promise<void> {
  const { timeline, climate, clouds } = world;
  let left = 1;
  const end = (): void => {
    left -= 1;
  };
  for (const [name, records] of shards) {
    left += 1;
    void runShard(world, name, records).then(end);
  }
  void runHub(world, partitions).then(end);
  for (let i = 0; i < climate.replayers; i++) {
    void runSqs(world, `replay${i}`);
    void runStorageQueue(world, `parked${i}`);
  }
  const isEmpty = (): boolean => Object.values(clouds).every(({ queue }) => queue.size() === 0);
  const most = events.size * MOST_HAPPENINGS.each + MOST_HAPPENINGS.spare;
  const isEndless = (): boolean => timeline.happened() > most;
  await timeline.play(() => left === 0 || isEndless(), timeline.now() + LONGEST_MS);
  calm(world);
  const isDone = (): boolean => (left === 0 && isEmpty()) || isEndless();
  await timeline.play(isDone, timeline.now() + LONGEST_MS);
  left += 1;
  void runShard(world, 'coda', coda).then(end);
  await timeline.play(isDone, timeline.now() + LONGEST_MS);
}

/** Runs a scenario to its end and judges it. */
export async function runSlice(scenario: Scenario, options: SliceOptions = {}): Promise<Outcome> {
  const events = options.events ?? trafficOf(scenario);
  const doubled: Violation[] = [];
  const world = createWorld(scenario, options, doubled);
  const readings = events.flatMap(readEvent);
  const coda = codaOf(readings, scenario.events);
  const published = publish(events, scenario, world.climate, chances(scenario.schedule), coda.events);
  const truth = truthOf([...readings, ...readCoda(coda)], published.times, coda.shared);
  for (const [name, { index }] of published.events)
    world.books.published(name, truth.subjects.get(index)?.length ?? 0);
  await live(world, published);
  const { violations, ...judged } = judge(world, published, truth, doubled);
  const totals = world.books.totals();
  const { calls, rows } = world.crm.log();
  return {
    scenario,
    violations,
    ...judged,
    messages: published.events.size - coda.events.length,
    repeats: world.repeats.counts(),
    faults: world.faults.counts(),
    struck: world.faults.struck(),
    invocations: totals.runs,
    delivered: totals.records,
    crm: { calls, rows },
    virtualMs: Math.round(world.timeline.now() - STREAM_START),
    story: world.story.lines(),
  };
}
