import type { chances } from './chance.js';
import type { Climate } from './climate.js';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.js';
import type { Scenario } from './scenario.js';
import type { Story } from './story.js';

/** Decides what goes wrong, and remembers what did. */
export interface Faults {
  /** Whether this goes wrong here and now. */
  strike(kind: FaultKind, where: string): boolean;
  /** Counts trouble that was decided beforehand, each time it does harm. */
  count(kind: FaultKind): void;
  /** From now on nothing goes wrong. */
  stop(): void;
  counts(): Readonly<Record<FaultKind, number>>;
  /** How many faults have struck, or would have. */
  struck(): number;
}

/**
 * Most faults of one kind, and most deaths, in one slice. Each makes whole batches come again, deaths several times until
 * the leases run out; few faults with large batches take as long as many with small ones.
 */
const mostOf = ({ largestBatch }: Climate, { events }: Scenario) => ({
  kind: Math.ceil(Math.max(1_500, 0.5 * events) / largestBatch),
  deaths: Math.min(60, Math.ceil(Math.max(800, 0.3 * events) / largestBatch)),
});

const isCrash = (kind: FaultKind): boolean => kind.startsWith('crash.') || kind === 'source.answer-lost';

/** The faults of a scenario; each kind draws from a chance of its own. */
export function createFaults(
  scenario: Scenario,
  climate: Climate,
  chance: ReturnType<typeof chances>,
  story: Story,
): Faults {
  const randoms = new Map(FAULT_KINDS.map((kind) => [kind, chance(`fault ${kind}`)]));
  const without = new Set(scenario.without);
  const fire = scenario.fire && new Set(scenario.fire);
  // Every key is of the closed list.
  const counts = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  let isStopped = false;
  let struck = 0;
  let deaths = 0;
  const most = mostOf(climate, scenario);
  const isEnough = (kind: FaultKind): boolean =>
    counts[kind] >= most.kind || (isCrash(kind) && deaths >= most.deaths);
  return {
    strike(kind, where) {
      if (isStopped || without.has(kind) || randoms.get(kind)?.chance(climate.odds[kind]) !== true)
        return false;
      if (isEnough(kind)) return false;
      const number = struck++;
      if (fire && !fire.has(number)) return false;
      if (isCrash(kind)) deaths += 1;
      counts[kind] += 1;
      story.tell(() => `FAULT ${kind} (number ${number}) at ${where}`);
      return true;
    },
    count(kind) {
      counts[kind] += 1;
    },
    stop() {
      isStopped = true;
      story.tell(() => 'from here on nothing goes wrong');
    },
    counts: () => counts,
    struck: () => struck,
  };
}
