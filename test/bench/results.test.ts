import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { BENCHMARKS, CHECKED } from '../../bench/benchmarks.js';
import { measurementOf, pageWith, readResults, resultsText } from '../../bench/results.js';
import { spread } from '../../bench/rounds.js';

const page = await readFile(resolve(import.meta.dirname, '../../bench/README.md'), 'utf8');

test('the page shows the committed results', async () => {
  expect(pageWith(page, await readResults())).toBe(page);
});

test('every benchmark is on the page, and those with committed ratios are checked', async () => {
  for (const name of Object.keys(BENCHMARKS)) expect(page).toContain(`| ${name} |`);
  const results = await readResults();
  expect(Object.keys(BENCHMARKS)).toEqual(expect.arrayContaining([...CHECKED, ...Object.keys(results)]));
});

test('what is written is what is read, and takes the place of what was there', () => {
  const ratio = spread([1, 2, 3.000_000_1]);
  const outcome = { results: { any: 1 }, text: 'one line\n', missed: ['too slow'], ratios: { ratio } };
  const results = { core: measurementOf(outcome, new Date('2026-11-22T10:00:00Z')) };
  expect(JSON.parse(resultsText(results))).toEqual({
    core: { ...results.core, ratios: { ratio: { ...ratio, high: 3, max: 3 } } },
  });
  const written = pageWith(page, results);
  expect(written).toContain('one line');
  expect(written).toContain('2026-11-22');
  expect(written).toContain('Missed: too slow.');
  expect(pageWith(written, results)).toBe(written);
  expect(pageWith(written, {})).not.toContain('one line');
});
