import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runTest } from '../../cli/test.js';
import { runLent } from '../cli/lent-world.js';
import { exampleFolder, shownIn } from './shown-commands.js';
import { yamlBlocks } from './yaml-blocks.js';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/commands.md'), 'utf8');
const shown = shownIn(page);
const { run, remove, folder } = exampleFolder('sales-follow-up');
afterAll(remove);

describe('docs/commands.md', () => {
  test('shows each of the four commands at work', () => {
    for (const command of ['test', 'plan', 'explain', 'diff'])
      expect(shown.some(({ commands }) => commands.includes(`tributary ${command}`))).toBe(true);
  });

  // In turn: some use what those before them have made.
  test.sequential.each(shown)('$commands prints what the page says', ({ commands, output }) => {
    expect(run(commands)).toBe(output);
  });

  test('its cases pass', async () => {
    const examples = yamlBlocks('docs/commands.md');
    expect(examples.length).toBeGreaterThan(0);
    for (const { text } of examples) {
      const file = join(folder, 'docs.yaml');
      writeFileSync(file, text);
      const args = ['--config', 'examples/sales-follow-up/tributary.yaml', file];
      expect(await runLent(runTest, args)).toMatchObject({ status: 0 });
    }
  });
});
