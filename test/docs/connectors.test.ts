import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runTest } from '../../cli/test.js';
import { formatFinding, loadConfig } from '../../shared/config/load.js';
import { toolsFor } from '../../shared/tools/load.js';
import { runLent } from '../cli/lent-world.js';
import { blocks, page } from './markdown.js';
import { yamlBlocks } from './yaml-blocks.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-connectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Pages whose first YAML block is marked as the head of a file, which their other blocks go on. */
const pages = readdirSync(resolve(import.meta.dirname, '../../docs/connectors'))
  .map((name) => `docs/connectors/${name}`)
  .filter((file) => yamlBlocks(file)[0]?.info === 'head');

test('there are such pages', () => {
  expect(pages).toContain('docs/connectors/hubspot.md');
});

describe.each(pages)('%s', (file) => {
  const [head, ...rest] = yamlBlocks(file);
  const examples = rest.map(({ name, text }) => [name, `${head?.text}\n${text}`] as const);

  test('the head is a file by itself', async () => {
    const text = `${head?.text}\nrules: []\n`;
    const loaded = loadConfig(text, 'tributary.yaml', {}, await toolsFor(text));
    expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
  });

  test.each(examples)('%s is a file that does what its tests say', async (name, text) => {
    const loaded = loadConfig(text, 'tributary.yaml', {}, await toolsFor(text));
    expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
    expect(text).toMatch(/^tests:/m);
    const path = join(folder, `${name.replace(/\W/g, '-')}.yaml`);
    writeFileSync(path, text);
    expect(await runLent(runTest, ['--config', path])).toMatchObject({ status: 0 });
  });

  test('its JSON is JSON', () => {
    for (const text of blocks(page(file.replace('docs/', '')), 'json'))
      expect(() => JSON.parse(text)).not.toThrow();
  });
});
