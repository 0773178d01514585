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

/** The right pipeline is through a scenario in about a second; one that is at it so long goes round for ever. */
const ENDLESS_MS = 20_000;

/** Whether a broken pipeline does something wrong, or never comes to an end. */
async function isFoundOut(scenario: Scenario, mutate: Mutation): Promise<boolean> {
  const endless = new Promise<true>((resolve) => setTimeout(resolve, ENDLESS_MS, true));
  const run = runSlice(scenario, { mutate }).then(({ violations }) => violations.length > 0);
  return Promise.race([run, endless]);
}

/** The first scenario in which a broken pipeline is found out. */
async function firstCaught(mutate: Mutation): Promise<Scenario | undefined> {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    if (await isFoundOut(scenarioOf(seed, EVENTS), mutate)) return scenarioOf(seed, EVENTS);
  }
  return undefined;
}

describe('a pipeline that is broken on purpose is found out, in a scenario that the right one survives', () => {
  test.each([
    ['commits before it delivers', commitsBeforeDelivery],
    ['takes the status of an answer for the outcome of each row', believesTheStatus],
    ['remembers what was sent instead of what was accepted', remembersWhatWasSent],
    ['takes no notice of leases', ignoresLeases],
    ['says that it parks and does not', losesParked],
    ['says that it keeps dead letters and does not', losesDeadLetters],
    // Last, because it may go round for ever until the worker ends.
    ['writes states without regard to their version', ignoresVersions],
  ])('%s', async (_, mutate) => {
    const caught = await firstCaught(mutate);
    if (caught === undefined) throw new Error(`not found out in ${MOST_SEEDS} scenarios`);
    expect((await runSlice(caught)).violations).toEqual([]);
  });
});
