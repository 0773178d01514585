import { describe, expect, test } from 'vitest';
import { type Scenario, scenarioOf } from '../../local/chaos/scenario.js';
import { runSlice } from '../../local/chaos/slice.js';
import type { Mutation } from '../../local/chaos/world.js';
import {
  believesTheStatus,
  commitsBeforeDelivery,
  ignoresLeases,
  ignoresVersions,
  losesDeadLetters,
  losesParked,
  remembersWhatWasSent,
} from './mutations.js';

const EVENTS = 200;
const MOST_SEEDS = 20;

/** The first scenario in which a broken pipeline is found out. */
async function firstCaught(mutate: Mutation): Promise<Scenario | undefined> {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const scenario = scenarioOf(seed, EVENTS);
    const { violations } = await runSlice(scenario, { mutate });
    if (violations.length > 0) return scenario;
  }
  return undefined;
}

describe('a pipeline that is broken on purpose is found out, in a scenario that the right one survives', () => {
  test.each([
    ['commits before it delivers', commitsBeforeDelivery],
    ['takes the status of an answer for the outcome of each row', believesTheStatus],
    ['remembers what was sent instead of what was accepted', remembersWhatWasSent],
    ['takes no notice of leases', ignoresLeases],
    ['writes states without regard to their version', ignoresVersions],
    ['says that it parks and does not', losesParked],
    ['says that it keeps dead letters and does not', losesDeadLetters],
  ])('%s', async (_, mutate) => {
    const caught = await firstCaught(mutate);
    if (caught === undefined) throw new Error(`not found out in ${MOST_SEEDS} scenarios`);
    expect((await runSlice(caught)).violations).toEqual([]);
  });
});
