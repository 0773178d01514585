import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatFinding, loadConfig } from '../../shared/config/load.js';
import { CsvSection } from '../../shared/files/meaning/csv-section.js';
import { FileRule } from '../../shared/files/meaning/file-rule.js';
import { listedSize, readManifest } from '../../shared/files/meaning/manifest.js';
import { MACROS } from '../../shared/files/meaning/template.js';
import { toolsFor } from '../../shared/tools/load.js';
import { exampleFolder, shownIn } from './shown-commands.js';
import { yamlBlocks } from './yaml-blocks.js';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/files.md'), 'utf8');
const shown = shownIn(page);
const { run, remove } = exampleFolder('batch-files');
afterAll(remove);

describe('docs/files.md', () => {
  const [head, ...examples] = yamlBlocks('docs/files.md');

  test('begins with the lines that all its examples share', () => {
    expect(head?.info).toBe('head');
    expect(examples.length).toBeGreaterThan(4);
  });

  test.each(examples)('$name is a file that may be run', async ({ text }) => {
    const whole = `${head?.text}${text}`;
    const loaded = loadConfig(whole, 'tributary.yaml', {}, await toolsFor(whole));
    expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
  });

  test('explains every member and every macro', () => {
    const members = [...Object.keys(FileRule.shape), ...Object.keys(CsvSection.shape)];
    for (const name of members) expect(page).toContain(`| \`${name}\` |`);
    for (const macro of MACROS) expect(page).toContain(`\`%${macro}%\``);
  });

  test('shows a manifest that is one', () => {
    const [, text = ''] = /^```json\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const manifest = readManifest('manifest-trial.json', text);
    const file = resolve(
      import.meta.dirname,
      '../../examples/batch-files/exports/Acme_Nightly_20261103_010000.csv',
    );
    expect(manifest.ok && listedSize(manifest.value, 'aep/nightly/Acme_Nightly_20261103_010000.csv')).toBe(
      statSync(file).size,
    );
  });

  test('shows plan at work', () => {
    expect(shown.length).toBeGreaterThan(1);
  });

  test.each(shown)('$commands prints what the page says', ({ commands, output }) => {
    expect(run(commands)).toBe(output);
  });
});
