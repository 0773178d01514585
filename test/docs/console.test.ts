import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dev } from '../../cli/dev.js';
import { BOOK_LIMITS } from '../../local/console/book.js';

const page = readFileSync(new URL('../../docs/console.md', import.meta.url), 'utf8');

async function helpOfDev(): Promise<string> {
  const write = process.stdout.write;
  let help = '';
  process.stdout.write = (text: string | Uint8Array): boolean => {
    help += String(text);
    return true;
  };
  try {
    await dev(['--help']);
  } finally {
    process.stdout.write = write;
  }
  return help;
}

test('the options of the page are those of the command', async () => {
  const help = await helpOfDev();
  const named = [...page.matchAll(/\| `(--[a-z-]+)[^`]*` \|/g)].map(([, option]) => option);
  expect(named).toEqual(['--console-port', '--no-console']);
  for (const option of named) expect(help).toContain(option);
  expect(help).toContain('7072');
  expect(page).toContain('7072');
});

test('the limits of the page are those of the book', () => {
  const rows = BOOK_LIMITS.rows.toLocaleString('en');
  const stories = BOOK_LIMITS.stories.toLocaleString('en');
  expect(page).toContain(`the latest ${rows}`);
  expect(page).toContain(`the latest ${stories} records, and ${BOOK_LIMITS.bytes / 2 ** 20} MB`);
});
