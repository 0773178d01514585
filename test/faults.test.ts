import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../shared/core/fault.js';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/faults.md'), 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| `([a-z-]+\.[a-z-]+)` \| (yes|no) \|/gm)].map(([, code, waits]) => [code, waits]),
);

test('every fault code is documented, and no other', () => {
  expect([...rows.keys()].sort()).toEqual(Object.keys(FAULTS).sort());
});

test('the page says truly whether waiting helps', () => {
  for (const [code, { retryable }] of Object.entries(FAULTS))
    expect([code, rows.get(code)]).toEqual([code, retryable ? 'yes' : 'no']);
});

test('every fault code is used somewhere', () => {
  const code = ['shared', 'local', 'cli', 'lambdas', 'functions']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'fault.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  expect(Object.keys(FAULTS).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});
