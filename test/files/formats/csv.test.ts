import { expect, test } from 'vitest';
import { openTable } from '../../../shared/files/formats/open-table.js';
import { MemoryFile, read, rowsOf } from './reading.js';

const NAMES = { header: ['sex', 'first', 'last'] } as const;

test('a header and rows, as Adobe writes them: the last line has no end', async () => {
  const text = 'person_name_firstName,personalEmail_address\nAda,ada@example.com\nBob,bob@example.com';
  expect(await read(text)).toEqual([
    { person_name_firstName: 'Ada', personalEmail_address: 'ada@example.com' },
    { person_name_firstName: 'Bob', personalEmail_address: 'bob@example.com' },
  ]);
});

test.each([
  ['male:John:Doe', {}],
  ['male,John,Doe', {}],
  ['male|John|Doe', {}],
  ['male;John;Doe', {}],
  ['male \t John \t Doe', {}],
  ['male,John,Doe', { quote: '\0' }],
  ['"male","John","Doe"', {}],
])('a delimiter that nobody named is found: %s', async (text, csv) => {
  expect(await read(text, { csv: { ...NAMES, ...csv } })).toEqual([
    { sex: 'male', first: 'John', last: 'Doe' },
  ]);
});

test('quotes are escaped by a backslash, by an apostrophe when so configured, and by themselves', async () => {
  const csv = { header: ['one', 'two', 'three'] };
  const row = { one: 'Test', two: '"John"', three: 'it' };
  expect(await read('Test,"\\"John\\"",it', { csv })).toEqual([row]);
  expect(await read('Test,"\'"John\'"",it', { csv: { ...csv, escape: "'" } })).toEqual([row]);
  expect(await read('Test,"""John""",it', { csv })).toEqual([row]);
});

test('null, empty and bare cells are told apart as they are spelled', async () => {
  const text = 'male,NULL,Last\nmale,"",Last\nmale,,Last\nmale,"NULL",Last\n';
  const second = async (csv: { null?: string; empty?: string }): Promise<unknown[]> =>
    (await read(text, { csv: { ...NAMES, ...csv } })).map((row) => (row as { first: unknown }).first);
  expect(await second({})).toEqual(['NULL', '', null, 'NULL']);
  expect(await second({ null: 'NULL' })).toEqual([null, '', '', 'NULL']);
  expect(await second({ null: '"NULL"' })).toEqual(['NULL', '', '', null]);
  expect(await second({ null: '""', empty: '' })).toEqual(['NULL', null, '', 'NULL']);
});

test('a row of another width is the fault of that row', async () => {
  expect(await read('a,b\n1,2\n1,2,3\n1\n3,4\n')).toEqual([
    { a: '1', b: '2' },
    'decode.csv',
    'decode.csv',
    { a: '3', b: '4' },
  ]);
});

test('rows are numbered alike wherever reading begins', async () => {
  const file = new MemoryFile('export.csv', 'a\n1\n2\n\n3\n4\n');
  expect((await rowsOf(file, {}, 3)).map(({ number, cells }) => [number, cells.ok && cells.value])).toEqual([
    [3, { a: '3' }],
    [4, { a: '4' }],
  ]);
  expect(file.open_).toBe(0);
});

test('a header that cannot be meant is refused at opening', async () => {
  for (const text of ['a,a\n', 'a,,b\n', '__proto__,a\n', 'a,"b\n'])
    await expect(openTable(new MemoryFile('export.csv', text), {})).rejects.toMatchObject({
      code: 'file.refused',
    });
});
