import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const dist = resolve(import.meta.dirname, '../../dist/bench');
const tidy = JSON.stringify(pathToFileURL(join(dist, 'tidy.js')).href);

const CHILD = `
import { endWithParent } from ${tidy};
endWithParent();
setInterval(() => undefined, 1_000);
process.send('here');
`;
const PARENT = `
import { once } from 'node:events';
import { forkKept, withFolder } from ${tidy};
const [child, how] = process.argv.slice(2);
await withFolder('tidy', async () => {
  if (how === 'done') return;
  await once(forkKept(child, []), 'message');
  if (how === 'throws') throw new Error('broken');
  console.log('ready');
  await once(process, 'never');
});
process.kill(process.pid, 'SIGINT');
`;

let place = '';
let temporary = '';
const files = { parent: '', child: '' };

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'tributary-test-tidy-'));
  temporary = await mkdtemp(join(place, 'tmp-'));
  files.parent = join(place, 'parent.mjs');
  files.child = join(place, 'child.mjs');
  await writeFile(files.parent, PARENT);
  await writeFile(files.child, CHILD);
});
afterAll(() => rm(place, { recursive: true }));

const env = () => ({ ...process.env, TMPDIR: temporary });

/** A process whose children hold the same output: that ends only when all of them have. */
function start(...args: string[]) {
  const running = spawn(process.execPath, args, { env: env(), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(running, 'close');
  running.stderr.resume();
  return { running, ended };
}

describe('a process that forks and has a temporary folder', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves neither behind after %s, and says so with status %d', async (signal, status) => {
    const { running, ended } = start(files.parent, files.child);
    await once(running.stdout, 'data');
    expect(await readdir(temporary)).toHaveLength(1);
    running.kill(signal);
    expect(await ended).toEqual([status, null]);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('takes its children along even when it is killed', async () => {
    const { running, ended } = start(files.parent, files.child);
    await once(running.stdout, 'data');
    running.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    for (const left of await readdir(temporary)) await rm(join(temporary, left), { recursive: true });
  });

  test('leaves neither behind when it throws', async () => {
    const { running, ended } = start(files.parent, files.child, 'throws');
    running.stdout.resume();
    expect(await ended).toEqual([1, null]);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('is ended by a signal at once when it has nothing to tidy up', async () => {
    const { running, ended } = start(files.parent, files.child, 'done');
    running.stdout.resume();
    expect(await ended).toEqual([null, 'SIGINT']);
  });
});

test('an interrupt of the benchmark of memory ends its processes and removes its folder', async () => {
  const { running, ended } = start(join(dist, 'main.js'), '--only', 'memory');
  running.stdout.resume();
  const last = async (): Promise<boolean> => {
    const [folder] = await readdir(temporary);
    return folder !== undefined && (await readdir(join(temporary, folder))).includes('4.json');
  };
  await expect.poll(last, { timeout: 30_000 }).toBe(true);
  running.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(await readdir(temporary)).toEqual([]);
});

test('a benchmark that fails is named with its reason, and the others go on', async () => {
  // As on a full disk: only `bundles` and `memory` want a temporary folder.
  const nowhere = { ...process.env, TMPDIR: join(place, 'nowhere') };
  const args = [join(dist, 'main.js'), '--quick', '--only', 'core,scale,memory'];
  const run = promisify(execFile)(process.execPath, args, { env: nowhere });
  await expect(run).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/core against[\s\S]*1,000 rules in the file/),
    stderr: expect.stringMatching(/memory FAILED: ENOENT/),
  });
});
