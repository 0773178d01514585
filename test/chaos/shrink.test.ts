import { expect, test } from 'vitest';
import { scenarioOf } from '../../local/chaos/scenario.js';
import { shrink } from '../../local/chaos/shrink.js';
import { type Outcome, runSlice } from '../../local/chaos/slice.js';
import { commitsBeforeDelivery as mutate } from './mutations.js';

const broken = (scenario: Outcome['scenario'], options = {}): Promise<Outcome> =>
  runSlice(scenario, { ...options, mutate });

test('a failure shrinks to a few events and faults that fail in the same way again', async () => {
  const failed = await broken(scenarioOf(1, 200));
  const kind = failed.violations[0]?.kind;
  expect(kind).toBeDefined();
  const small = await shrink(failed, { run: broken, isEnough: () => false });
  expect(small.only?.length).toBeLessThanOrEqual(3);
  const again = await broken(small, { tell: true });
  expect(again.struck).toBeLessThanOrEqual(3);
  expect(again.violations.map((violation) => violation.kind)).toContain(kind);
  expect(again.story.length).toBeLessThan(100);
});

test('shrinking ends when it has been enough, with what it has', async () => {
  const failed = await broken(scenarioOf(1, 200));
  const small = await shrink(failed, { run: broken, isEnough: () => true });
  expect(small).toEqual(failed.scenario);
});
