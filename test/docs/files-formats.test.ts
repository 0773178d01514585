import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKERS } from '../files/formats/packers.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/files-formats.md'), 'utf8');
const settings = readFileSync(join(import.meta.dirname, '../../shared/files/formats/settings.ts'), 'utf8');

test('the page tells every option of CSV, and no other', () => {
  const [, body = ''] = /interface CsvSettings \{([\s\S]*?)\n\}/.exec(settings) ?? [];
  const options = [...body.matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name);
  const table = page.slice(page.indexOf('| option |'));
  const told = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(told.sort()).toEqual(options.sort());
});

test('the page tells of every compression that the tests undo', () => {
  for (const word of [
    'gzip',
    'bzip2',
    'LZ4 frames',
    'LZ4 as Hadoop',
    'snappy frames',
    'snappy as Hadoop',
    'deflate with',
    'deflate without',
  ])
    expect(page).toContain(`| ${word}`);
  expect(PACKERS).toHaveLength(9);
});
