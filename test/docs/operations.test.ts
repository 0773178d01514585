import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exampleFolder, shownIn } from './shown-commands.js';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');
const upgrades = page.split(/^## Upgrades$/m)[1]?.split(/^## /m)[0] ?? '';
const shown = shownIn(upgrades);
const { run, remove } = exampleFolder('sales-follow-up');
afterAll(remove);

describe('docs/operations.md, upgrades', () => {
  test('every command of the section is shown with what it prints', () => {
    expect(shown.length).toBe(upgrades.match(/^```sh$/gm)?.length);
    for (const command of ['check', 'diff', 'diff --state', 'plan --summary --save-state'])
      expect(shown.some(({ commands }) => commands.includes(`tributary ${command}`))).toBe(true);
  });

  // In turn: some use what those before them have made.
  test.sequential.each(shown)('$commands prints what the page says', ({ commands, output }) => {
    expect(run(commands)).toBe(output);
  });
});
