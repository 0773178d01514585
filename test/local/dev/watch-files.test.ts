import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesIn, watchFiles } from '../../../local/dev/watch-files.js';
import { closeMemories } from '../../../shared/stores/open.js';
import { ONE_RULE } from '../../files/support/one-rule.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tributary-watch-'));
});
afterAll(async () => {
  closeMemories();
  await rm(root, { recursive: true });
});

test('a file whose name no entry takes is told of once; one that an entry takes, or that is still written, is not', async () => {
  const from = `file://${root}`;
  const config = join(root, '.rules.yaml');
  const entry = (name: string, match: string) =>
    `  - { name: ${name}, from: "${from}", match: "${match}", audience: hot }`;
  await writeFile(
    config,
    `${ONE_RULE}files:
${entry('members', 'members*.csv')}
${entry('guests', 'guests*.csv')}
`,
  );
  const env = { TRIBUTARY_CONFIG: config, TRIBUTARY_STATE: 'memory:watch' };
  const places = ['members', 'guests'].map((name) => ({ name, from, folder: root }));
  const said: string[] = [];
  const { look } = watchFiles(await filesIn(env, places), (text) => void said.push(text));
  for (const name of ['members1.csv', 'guests1.csv', 'guest1.csv', 'gust.csv.part'])
    await writeFile(join(root, name), 'x');
  await look();
  await look();
  expect(said).toEqual(['file guest1.csv: no entry of "files" takes its name, so nobody reads it\n']);
});
