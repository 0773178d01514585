import { expect, test } from 'vitest';
import { read } from './reading.js';

const ROWS = [
  { city: 'new york', country: 'usa' },
  { city: 'london', country: 'uk', streets: [{ name: 'Maple', no: 12 }] },
];

test.each([
  ['lines', ROWS.map((row) => JSON.stringify(row)).join('\n')],
  ['a list', JSON.stringify(ROWS)],
  ['a printed list', JSON.stringify(ROWS, null, 2)],
  ['one after another', ROWS.map((row) => JSON.stringify(row, null, 2)).join('')],
])('JSON: %s', async (_, text) => {
  expect(await read(text)).toEqual(ROWS);
  expect(await read(`\uFEFF${text}`)).toEqual(ROWS);
});

test('a record that cannot be read is the fault of its row; one that breaks off at the end refuses the file', async () => {
  expect(await read('{"a":1}\n7\n{"a":}\n{"__proto__":{}}\n{"a":2}\n')).toEqual([
    { a: 1 },
    'decode.shape',
    'decode.json',
    'decode.hostile-key',
    { a: 2 },
  ]);
  for (const text of ['{"a":1}\n{"a":', '[{"a":1}', '[{"a":1},', '[{"a":1},{"b":tr', '{"profiles":[{"a":1}'])
    await expect(read(text)).rejects.toMatchObject({ code: 'file.refused' });
});
