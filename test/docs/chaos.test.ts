import { expect, test } from 'vitest';
import { toJson } from '../../local/chaos/report.js';
import { runSlice } from '../../local/chaos/slice.js';
import { emptyTally } from '../../local/chaos/tally.js';
import { page, table } from './markdown.js';

const docs = page('chaos.md');
/** What the first column names, several to a row or not. */
const members = (head: string): readonly string[] =>
  table(docs, head)
    .flatMap(([names = '']) => names.match(/\w+/g) ?? [])
    .sort();

test('the members of the result are those that are printed', () => {
  expect(members('member of a run')).toEqual(Object.keys(JSON.parse(toJson(emptyTally(), 1, 1))).sort());
});

test('the members of one scenario are those that are printed', async () => {
  const { story: _, ...result } = await runSlice({ seed: 3, events: 3, copies: 1, schedule: 3 });
  expect(members('member of one scenario')).toEqual(Object.keys(result).sort());
});
