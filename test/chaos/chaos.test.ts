import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as z from 'zod';

const run = promisify(execFile);
const MAIN = 'dist/local/chaos/main.js';

const Result = z.looseObject({
  events: z.number(),
  messages: z.number(),
  records: z.number(),
  endings: z.record(z.string(), z.number()),
  faults: z.record(z.string(), z.number()),
});

/** Runs the command as it is shipped; gives its exit status and what it printed. */
async function chaos(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [MAIN, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return { status: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = z
      .object({ code: z.number(), stdout: z.string(), stderr: z.string() })
      .parse(error);
    return { status: code, out: stdout, err: stderr };
  }
}

test('20,000 events, three times each: nothing is lost, doubled or wrong, and every record has one ending', async () => {
  const { status, out, err } = await chaos('--events', '20000', '--seed', '1', '--json');
  expect(err).toBe('');
  const result = Result.parse(JSON.parse(out));
  expect(result).toMatchObject({ events: 20_000, messages: 60_000, lost: 0, doubled: 0, wrong: 0 });
  expect(Object.values(result.endings).reduce((sum, count) => sum + count, 0)).toBe(result.records);
  expect(result.endings).toMatchObject({ parked: 0, held: 0 });
  // Each of them struck: a run in calm weather proves nothing.
  expect(Object.entries(result.faults).filter(([, count]) => count === 0)).toEqual([]);
  expect(status).toBe(0);
}, 400_000);

test('the same scenario runs the same way each time, and tells its history', async () => {
  const scenario = JSON.stringify({ seed: 3, events: 60, copies: 3, schedule: 3 });
  const [first, second] = [
    await chaos('--scenario', scenario, '--json'),
    await chaos('--scenario', scenario, '--json'),
  ];
  expect(first.err).toContain('FAULT');
  expect(first.err).toContain('nothing lost, doubled or wrong');
  expect(second).toEqual(first);
});

test.each([
  [['--events', 'many'], '--events must be a whole number'],
  [['--seed', '-1'], '--seed'],
  [['--scenario', '{}'], '--scenario'],
  [['--scenario', 'nonsense'], '--scenario takes JSON'],
  [['--colour'], '--colour'],
])('%j is wrong use', async (args, why) => {
  const { status, out, err } = await chaos(...args);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain(why);
});

test('--help explains itself', async () => {
  const { status, out } = await chaos('--help');
  expect(status).toBe(0);
  expect(out).toContain('--scenario');
});
