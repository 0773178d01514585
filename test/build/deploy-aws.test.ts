import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const COMMAND = resolve(import.meta.dirname, '../../dist/build/deploy-aws.js');
const home = mkdtempSync(join(tmpdir(), 'tributary-deploy-aws-'));
afterAll(() => rmSync(home, { recursive: true }));

/** On a machine where nobody has signed in. */
const deploy = (...args: readonly string[]) =>
  spawnSync(process.execPath, [COMMAND, ...args], {
    env: { PATH: process.env['PATH'], HOME: home, USERPROFILE: home },
    encoding: 'utf8',
    timeout: 60_000,
  });

test('without credentials it refuses before it does anything, and says how to sign in', () => {
  const { status, stdout, stderr } = deploy('--stage', 'prod');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('nothing was deployed');
  for (const way of ['aws sso login', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE', '--no-deploy'])
    expect(stderr).toContain(way);
});

test('without a region it refuses before it does anything, and says how to name one', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND], {
    env: { PATH: process.env['PATH'], HOME: home, USERPROFILE: home, AWS_ACCESS_KEY_ID: 'local' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([status, stdout]).toEqual([2, '']);
  for (const way of ['--region', 'AWS_REGION', 'aws configure set region']) expect(stderr).toContain(way);
});

test('a stage that cannot be part of names is refused before anything is built', () => {
  for (const stage of ['Prod', 'prod_1', '']) {
    const { status, stdout, stderr } = deploy('--stage', stage, '--region', 'eu-central-1', '--no-deploy');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--stage must be small letters, digits and hyphens');
  }
});

test('an option that it has not is refused', () => {
  const { status, stderr } = deploy('--stag', 'prod');
  expect(status).toBe(1);
  expect(stderr).toContain("'--stag'");
});

test('--help names every option', () => {
  const { status, stdout } = deploy('--help');
  expect(status).toBe(0);
  for (const option of ['--stage', '--region', '--param', '--no-deploy']) expect(stdout).toContain(option);
});
