import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { measureScenario } from '../../bench/core.js';
import { CHECKED } from '../../bench/names.js';
import { Results } from '../../bench/results.js';

const run = promisify(execFile);
const main = resolve(import.meta.dirname, '../../dist/bench/main.js');

/** The command as it is built; `--quick` says nothing of speed, and so does this. */
async function bench(...args: string[]) {
  const { stdout } = await run(process.execPath, [main, '--quick', '--json', ...args]);
  return Told.parse(JSON.parse(stdout));
}

const Told = z.strictObject({ measured: Results, missed: z.array(z.string()), failed: z.array(z.string()) });

// Not files, whose processes are four that have to start, nor bundles, which packs everything.
const NAMES = ['core', 'scale', 'peers', 'end-to-end', 'stores', 'memory', 'cost', 'door'];
const WITH_RATIOS = [...CHECKED, 'end-to-end'];

test.each(NAMES)('%s runs', async (name) => {
  const { measured, failed } = await bench('--only', name);
  expect(failed).toEqual([]);
  expect(Object.keys(measured)).toEqual([name]);
  expect(measured[name]?.results).toEqual(expect.anything());
  expect(Object.keys(measured[name]?.ratios ?? {}).length > 0).toBe(WITH_RATIOS.includes(name));
});

test('an event plans as many fields with 1,000 rules as with 20: the others are about other audiences', () => {
  const fields = (name: string) => measureScenario(name, { rounds: 1, ms: 1 }).fieldsPerEvent;
  expect(fields('typical')).toBeGreaterThan(0);
  expect(fields('typical, 1,000 rules')).toBe(fields('typical'));
});

test.each([
  ['--only', 'nothing'],
  ['--rounds', 'many'],
  ['--quick', '--write'],
  ['--check', '--write'],
  ['--check', '--only', 'core,door'],
  ['--never-heard-of'],
])('wrong use is told, with status 2: %s %s', async (...args) => {
  await expect(run(process.execPath, [main, ...args])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('npm run bench'),
  });
});
