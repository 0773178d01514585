import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assemble } from '../shared/assemble.js';
import { closeMemories } from '../shared/stores/open.js';
import { message } from './support/fakes.js';

const RULES = `
audiences: { hot: hot-1 }
person: { key: [crmid] }
connections:
  sales: { type: http, url: "https://api.example.com/rows" }
rules:
  - name: r
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot } } }]
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-assemble-'));
  await writeFile(join(folder, 'tributary.yaml'), RULES);
});
afterAll(async () => {
  closeMemories();
  await rm(folder, { recursive: true });
});

/** What a fresh process calls a person in its logs. */
async function nameOf(person: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const pipeline = await assemble({
    TRIBUTARY_CONFIG: join(folder, 'tributary.yaml'),
    TRIBUTARY_STATE: 'memory:assemble',
    TRIBUTARY_PARKING: 'memory:assemble',
    TRIBUTARY_DEAD_LETTERS: 'memory:assemble',
    TRIBUTARY_LOG_LEVEL: 'silent',
    ...more,
  });
  const record = { identityMap: { crmid: [{ id: person }] } };
  const [settlement] = await pipeline.run([message('1', record)], { redelivers: true });
  return settlement?.endings[0]?.person ?? '';
}

test('a person has one name for all who hold the key, and another for everybody else', async () => {
  const key = { TRIBUTARY_LOG_KEY: 'a key that nobody guesses' };
  const name = await nameOf('C-1', key);
  expect(name).toMatch(/^[0-9a-f]{16}$/);
  expect(await nameOf('C-1', key)).toBe(name);
  expect(await nameOf('C-2', key)).not.toBe(name);
  expect(await nameOf('C-1', { TRIBUTARY_LOG_KEY: 'another key of the same use' })).not.toBe(name);
});

test('without a key no two processes agree on a name, so none can be found by trying', async () => {
  expect(await nameOf('C-1')).not.toBe(await nameOf('C-1'));
});
