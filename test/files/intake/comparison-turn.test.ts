import { expect, test } from 'vitest';
import { freshComparison } from '../../../shared/files/intake/comparison.js';
import { ComparisonTurn } from '../../../shared/files/intake/comparison-turn.js';
import { fakeClock } from '../../support/fakes.js';

test('whoever asks whether to go on keeps the position, and so the lease, once a minute', async () => {
  const clock = fakeClock();
  let kept = 0;
  const keep = async (): Promise<void> => {
    kept += 1;
  };
  const start = freshComparison({ before: [], now: [], folder: 'files/0' });
  const turn = new ComparisonTurn(start, keep, clock, { deadline: clock.now() + 600_000 });
  expect([await turn.mayGoOn(), kept]).toEqual([true, 0]);
  clock.advance(59_999);
  expect([await turn.mayGoOn(), kept]).toEqual([true, 0]);
  clock.advance(1);
  expect([await turn.mayGoOn(), await turn.mayGoOn(), kept]).toEqual([true, true, 1]);
  clock.advance(525_000);
  expect([await turn.mayGoOn(), kept]).toEqual([false, 2]);
});
