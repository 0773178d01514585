import { codaOf, readCoda } from './coda.js';
import { FAULT_KINDS } from './fault-kinds.js';
import { type IndexedEvent, trafficOf } from './publish.js';
import type { Scenario } from './scenario.js';
import type { Outcome, SliceOptions } from './slice.js';
import { homesOf, readEvent, truthOf } from './truth.js';

/** What shrinking takes: how a scenario is run, and when it is enough. */
export interface Shrinking {
  readonly run: (scenario: Scenario, options: SliceOptions) => Promise<Outcome>;
  /** True once no more runs are wanted. */
  readonly isEnough: () => boolean;
}

/** One failure on its way to becoming small. */
interface Case {
  readonly shrinking: Shrinking;
  readonly all: readonly IndexedEvent[];
  /** Something of this kind must still go wrong. */
  readonly kind: string;
  scenario: Scenario;
  outcome: Outcome;
}

const eventsOf = (all: readonly IndexedEvent[], { only }: Scenario): readonly IndexedEvent[] => {
  const wanted = only && new Set(only);
  return wanted ? all.filter(({ index }) => wanted.has(index)) : all;
};

/** Keeps a smaller scenario if it fails in the same way. */
async function keep(one: Case, smaller: Partial<Scenario>): Promise<boolean> {
  if (one.shrinking.isEnough()) return false;
  const scenario = { ...one.scenario, ...smaller };
  const outcome = await one.shrinking.run(scenario, { events: eventsOf(one.all, scenario) });
  if (!outcome.violations.some(({ kind }) => kind === one.kind)) return false;
  one.scenario = scenario;
  one.outcome = outcome;
  return true;
}

/** Leaves out as many items as it can: first halves of them, in the end one by one. */
async function fewest<T>(
  items: readonly T[],
  holds: (rest: readonly T[]) => Promise<boolean>,
): Promise<void> {
  let left = items;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length; ) {
      const rest = [...left.slice(0, from), ...left.slice(from + size)];
      if (rest.length > 0 && (await holds(rest))) left = rest;
      else from += size;
    }
  }
}

/** Events that are about the person of whom something went wrong. */
function eventsAbout(key: string, all: readonly IndexedEvent[]): number[] {
  const readings = all.flatMap(readEvent);
  const coda = codaOf(readings, all.length);
  const { subjects } = truthOf([...readings, ...readCoda(coda)], new Map(), coda.shared);
  const isAbout = (index: number): boolean =>
    subjects.get(index)?.some((subject) => homesOf(subject).some((home) => home.key === key)) ?? false;
  return all.map(({ index }) => index).filter(isAbout);
}

async function fewerEvents(one: Case): Promise<void> {
  const { key, event } = one.outcome.violations.find(({ kind }) => kind === one.kind) ?? {};
  const about = key === undefined ? [] : eventsAbout(key, one.all);
  if (about.length > 0) await keep(one, { only: about });
  else if (event !== undefined) await keep(one, { only: [event] });
  const indices = eventsOf(one.all, one.scenario).map(({ index }) => index);
  await fewest(indices, (only) => keep(one, { only }));
}

async function fewerFaults(one: Case): Promise<void> {
  for (const kind of FAULT_KINDS) {
    if (one.outcome.faults[kind] > 0) await keep(one, { without: [...(one.scenario.without ?? []), kind] });
  }
  const numbers = one.scenario.fire ?? Array.from({ length: one.outcome.struck }, (_, i) => i);
  if (await keep(one, { fire: [] })) return;
  await fewest(numbers, (fire) => keep(one, { fire }));
}

async function fewerCopies(one: Case): Promise<void> {
  for (let copies = 1; copies < one.scenario.copies; copies++) if (await keep(one, { copies })) return;
}

/**
 * Makes a scenario that failed as small as it can: fewer events, fewer faults, fewer copies of each event. Gives the
 * smallest that still breaks a promise of the same kind.
 */
export async function shrink(failed: Outcome, shrinking: Shrinking): Promise<Scenario> {
  const { scenario, violations } = failed;
  const { only: _, ...whole } = scenario;
  const kind = violations[0]?.kind ?? 'wrong';
  const one: Case = { shrinking, all: trafficOf(whole), kind, scenario, outcome: failed };
  await fewerEvents(one);
  await fewerFaults(one);
  await fewerCopies(one);
  await fewerEvents(one);
  return one.scenario;
}
