import { expect, test } from 'vitest';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { toolsFor } from '../../shared/tools/load.js';

test('a file that needs no library loads none', async () => {
  expect(await toolsFor('rules: []')).toEqual(NO_TOOLS);
});

test('a file that speaks of matches can compile patterns', async () => {
  expect((await toolsFor(`if: 'name matches "^A"'`)).pattern('^A').ok).toBe(true);
});

test('a file that speaks of cel can compile expressions', async () => {
  expect((await toolsFor('if: { cel: "profile.a > 1" }')).cel('profile.a > 1').ok).toBe(true);
});
