import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { BENCHMARKS } from '../../bench/benchmarks.js';
import { committedRatios, strangeness } from '../../bench/check-run.js';
import { CHECKED, NAMES, WITH_PEERS } from '../../bench/names.js';
import {
  machine,
  measurementOf,
  NOTHING,
  pageWith,
  peersLocked,
  type Results,
  readResults,
  resultsText,
} from '../../bench/results.js';
import { spread } from '../../bench/rounds.js';
import { WrongUse } from '../../bench/wrong-use.js';

const page = await readFile(resolve(import.meta.dirname, '../../bench/README.md'), 'utf8');
const day = new Date('2026-11-22T10:00:00Z');
const ratio = spread([1, 2, 3.000_000_1]);
const outcome = {
  results: { any: 1, one: { ratio } },
  text: 'one line\n',
  missed: ['too slow'],
  ratios: { ratio },
};

test('the page shows the committed results', async () => {
  expect(pageWith(page, await readResults())).toBe(page);
});

test('every benchmark is on the page, and there is no other', () => {
  for (const name of NAMES) expect(page).toContain(`| ${name} |`);
  expect(Object.keys(BENCHMARKS)).toEqual([...NAMES]);
});

test('there are committed ratios of all that is checked unless told otherwise, or the page says that nothing is committed', async () => {
  const results = await readResults();
  if (Object.keys(results).length === 0) return expect(page).toContain(`\n${NOTHING}\n`);
  expect(page).not.toContain(`\n${NOTHING}\n`);
  expect(() => committedRatios(results, CHECKED)).not.toThrow();
  expect(NAMES).toEqual(expect.arrayContaining(Object.keys(results)));
});

test('what is written is what is read, and takes the place of what was there', () => {
  const results = { core: measurementOf('core', outcome, day, {}) };
  const rounded = { ...ratio, high: 3, max: 3, rounds: [1, 2, 3] };
  const { rounds, ...once } = rounded;
  expect(rounds).toHaveLength(3);
  expect(JSON.parse(resultsText(results))).toEqual({
    core: { ...results.core, ratios: { ratio: rounded }, results: { any: 1, one: { ratio: once } } },
  });
  expect(resultsText(results)).toContain('"rounds": [1, 2, 3]');
  const written = pageWith(page, results);
  expect(written).toContain('one line');
  expect(written).toContain('2026-11-22');
  expect(written).toContain('Missed: too slow.');
  expect(pageWith(written, results)).toBe(written);
  expect(pageWith(written, {})).not.toContain('one line');
  expect(pageWith(written, {})).toContain(NOTHING);
});

test('what is measured against peers tells their versions, as they are locked', async () => {
  const locked = await peersLocked();
  expect(locked).toMatchObject({ jsonata: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  for (const name of NAMES)
    expect(measurementOf(name, outcome, day, locked).peers).toEqual(
      WITH_PEERS.includes(name) ? locked : undefined,
    );
  const written = pageWith(page, { peers: measurementOf('peers', outcome, day, locked) });
  expect(written).toContain(`jsonata ${locked['jsonata']}`);
});

const kept: Results = { core: measurementOf('core', outcome, day, {}) };

test('what is to be checked and has no committed ratios is wrong use, not passed over', () => {
  expect(committedRatios(kept, ['core'])).toEqual({ 'core: ratio': ratio });
  expect(() => committedRatios(kept, ['core', 'scale', 'door'])).toThrow(WrongUse);
  expect(() => committedRatios(kept, ['core', 'scale', 'door'])).toThrow('no ratios of scale, door;');
});

test('another version of Node and another processor are told', () => {
  const here = machine();
  expect(strangeness(kept, ['core', 'scale'], here)).toEqual([]);
  const told = strangeness(kept, ['core'], { ...here, node: 'v99.0.0', cpu: 'another one' });
  expect(told).toEqual([expect.stringContaining('v99.0.0'), expect.stringContaining('another one')]);
});
