import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileParts } from '../../shared/doctor/files.js';
import { FileRule } from '../../shared/files/meaning/file-rule.js';
import { openDlz, startAdobe } from '../files/places/dlz-ground.js';
import { fakeClock } from '../support/fakes.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-doctor-'));
});
afterAll(() => rm(folder, { recursive: true }));

const deps = {
  secrets: { get: async () => 'secret' },
  clock: fakeClock(Date.now()),
  random: () => 0.5,
};

async function findings(from: string, auth?: Record<string, unknown>) {
  const rule = FileRule.parse({ name: 'members', from, ...(auth && { auth }) });
  const [part] = fileParts([rule], deps);
  expect(part?.name).toBe('files members');
  return part?.look(new AbortController().signal);
}

test('a place without files can be listed, one with files can be read', async () => {
  expect(await findings(`file://${folder}`)).toEqual([
    { level: 'well', what: `file://${folder} can be listed; no file is there to try reading with` },
  ]);
  await writeFile(join(folder, 'a.csv'), 'Email\n');
  expect(await findings(`file://${folder}`)).toEqual([
    { level: 'well', what: `file://${folder} can be listed (1 file) and read` },
  ]);
});

test('a place that is not there is an error that says what to do', async () => {
  expect(await findings(`file://${folder}/nowhere`)).toEqual([
    { level: 'error', what: expect.stringMatching(/^file\.unavailable: .*make it, or correct its path/) },
  ]);
});

test('a landing zone whose access ends soon is a warning, and nothing is renewed', async () => {
  const ends = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const answer = async () => ({
    containerName: 'dlz-destination',
    SASUri: 'http://127.0.0.1:1/dlz-destination?sig=abc',
    expiryDate: ends,
  });
  const adobe = await startAdobe({ current: answer, refresh: answer });
  const logged: string[] = [];
  const log = { write: (_: string, event: string) => void logged.push(event) };
  const place = await openDlz(adobe, 'dlz://dlz-destination', { log }, {}, { looks: true });
  await place.stat('a.csv').catch(() => undefined);
  expect(logged).toEqual(['place.access-ends']);
  expect(adobe.calls).toEqual(['GET']);
  await Promise.all([place.close(), adobe.close()]);
});
