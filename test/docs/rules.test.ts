import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCheck } from '../../cli/check.js';
import { runTest } from '../../cli/test.js';
import { formatFinding, loadConfig } from '../../shared/config/load.js';
import { toolsFor } from '../../shared/tools/load.js';
import { runLent } from '../cli/lent-world.js';
import { yamlBlocks } from './yaml-blocks.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the guide', () => {
  const [head, ...blocks] = yamlBlocks('docs/rules.md');
  /** Each block as a whole file; one that shows no rules gets none. */
  const examples = blocks.map(({ name, text }) => ({
    name,
    text: `${head?.text}\n${text}${/^rules:/m.test(text) ? '' : '\nrules: []\n'}`,
    hasTests: /^tests:/m.test(text),
  }));

  test('begins with the lines that all its examples share', () => {
    expect(head?.info).toBe('head');
    expect(examples.filter(({ hasTests }) => hasTests).length).toBeGreaterThan(9);
  });

  test.each(examples)('$name is a file that may be run', async ({ text }) => {
    const loaded = loadConfig(text, 'tributary.yaml', {}, await toolsFor(text));
    expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
  });

  test.each(examples.filter(({ hasTests }) => hasTests))(
    '$name does what its tests say',
    async ({ name, text }) => {
      const file = join(folder, `${name.replace(/\W/g, '-')}.yaml`);
      writeFileSync(file, text);
      expect(await runLent(runTest, ['--config', file])).toMatchObject({ status: 0 });
    },
  );
});

test('the example of the README passes its tests, with the settings it names', async () => {
  const [example] = yamlBlocks('README.md');
  const file = join(folder, 'readme.yaml');
  writeFileSync(file, example?.text ?? '');
  expect(await runLent(runTest, ['--config', file])).toMatchObject({ status: 0 });
  const env = { SALESFORCE_DOMAIN: 'example.my.salesforce.com' };
  expect(await runLent(runCheck, [file, '--strict'], { env })).toMatchObject({ status: 0 });
});

describe('the examples', () => {
  const examples = resolve(import.meta.dirname, '../../examples');
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(examples, name));

  test('are three at least', () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
  });

  test.each(files)('%s passes its tests, and check finds nothing to say', async (file) => {
    expect(await runLent(runTest, ['--config', file])).toMatchObject({ status: 0 });
    expect(await runLent(runCheck, [file, '--strict'])).toMatchObject({ status: 0 });
  });
});
