import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { formatFinding, loadConfig } from '../../shared/config/load.js';
import { toolsFor } from '../../shared/tools/load.js';
import { page } from './markdown.js';
import { yamlBlocks } from './yaml-blocks.js';

const FRAME = 'audiences: { hot: hot-1 }\nperson: { key: [crmid] }\nrules: []\n';
const shown = yamlBlocks('docs/connectors/http.md').map(({ name, text }) => [name, text] as const);

test('the page shows connections', () => expect(shown.length).toBeGreaterThan(5));

test.each(shown)('%s may be copied', async (_, text) => {
  const loaded = loadConfig(FRAME + text, 'tributary.yaml', {}, await toolsFor(text));
  expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
});

test('every ready-made connection has its place on the page', () => {
  const text = page('connectors/http.md');
  const files = readdirSync(resolve(import.meta.dirname, '../../examples/connections'));
  expect(files.length).toBeGreaterThanOrEqual(9);
  for (const file of files) {
    expect(text).toContain(`examples/connections/${file}`);
    expect(text.toLowerCase()).toContain(`### ${file.replace('.yaml', '')}\n`);
  }
});
