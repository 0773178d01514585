import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { dissenters } from '../../bench/contestant.js';
import { benchCore } from '../../bench/core.js';
import { contestsOf } from '../../bench/peers.js';
import { openPeers } from '../../bench/peers-load.js';

const run = promisify(execFile);
const main = resolve(import.meta.dirname, '../../dist/bench/main.js');

/** The command as it is built; `--quick` says nothing of speed, and so does this. */
async function bench(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [main, '--quick', '--json', ...args]);
  const results: Record<string, unknown> = JSON.parse(stdout);
  return results;
}

// Not files, whose processes are four that have to start, nor bundles, which packs everything.
const NAMES = ['core', 'scale', 'peers', 'end-to-end', 'stores', 'memory', 'cost', 'door'];

test.each(NAMES)('%s runs', async (name) => {
  const results = await bench('--only', name);
  expect(Object.keys(results)).toEqual(['machine', name]);
  expect(results[name]).toEqual(expect.anything());
});

test('an event plans as many fields with 1,000 rules as with 20: the others are about other audiences', () => {
  const results = benchCore({ rounds: 1, ms: 1, onScenario: () => undefined });
  const fields = (name: string) => results.find((one) => one.name === name)?.fieldsPerEvent;
  expect(fields('typical')).toBeGreaterThan(0);
  expect(fields('typical, 1,000 rules')).toBe(fields('typical'));
});

test('every peer that is installed does the same as we do, and ours is always there', async () => {
  const contests = contestsOf(openPeers());
  expect(contests.length).toBeGreaterThanOrEqual(5);
  for (const contest of contests) {
    expect(await dissenters(contest)).toEqual([]);
    expect(contest.rivals.length).toBeGreaterThanOrEqual(1);
  }
});

test('somebody who does other work is found out', async () => {
  const [contest] = contestsOf(openPeers());
  if (contest === undefined) throw new Error('there is no contest');
  const lazy = { name: 'lazy', run: () => undefined, answers: async () => [] };
  expect(await dissenters({ ...contest, rivals: [lazy] })).toEqual([
    expect.stringContaining('lazy, event 0'),
  ]);
});

test.each([['--only', 'nothing'], ['--rounds', 'many'], ['--quick', '--write'], ['--never-heard-of']])(
  'wrong use is told, with status 2: %s %s',
  async (...args) => {
    await expect(run(process.execPath, [main, ...args])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm run bench'),
    });
  },
);
