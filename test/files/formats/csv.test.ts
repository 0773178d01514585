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
  expect(file.opened).toBe(0);
});

test('a header that cannot be meant is refused at opening', async () => {
  for (const text of ['a,a\n', 'a,,b\n', '__proto__,a\n', 'a,"b\n'])
    await expect(openTable(new MemoryFile('export.csv', text), {})).rejects.toMatchObject({
      code: 'file.refused',
    });
});

test('columns without a header are named as Spark names them, or as the settings say', async () => {
  expect(await read('1,2\n3,4\n', { csv: { header: false } })).toEqual([
    { _c0: '1', _c1: '2' },
    { _c0: '3', _c1: '4' },
  ]);
  expect(await read('1,2\n', { csv: { header: ['a', 'b'] } })).toEqual([{ a: '1', b: '2' }]);
});

test('white space goes around bare cells, never within quotes', async () => {
  const text = '" male", John ,TestLastName\n';
  expect(await read(text, { csv: NAMES })).toEqual([{ sex: ' male', first: 'John', last: 'TestLastName' }]);
  const csv = { ...NAMES, ignoreLeadingWhiteSpace: false, ignoreTrailingWhiteSpace: false };
  expect(await read(text, { csv })).toEqual([{ sex: ' male', first: ' John ', last: 'TestLastName' }]);
});

test('a file without rows is one: only a header, or nothing at all', async () => {
  expect(await read('a,b\n')).toEqual([]);
  expect(await read('a,b')).toEqual([]);
  expect(await read('')).toEqual([]);
});

test.each([
  ['within quotes', 'a,b\n1,"2'],
  ['within the last row', 'a,b\n1,2\n3'],
  ['a quote that nothing closes', `a,b\n1,"${'2,3\n'.repeat(300_000)}`],
  [
    'half a character of UTF-16',
    Buffer.concat([Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'), Buffer.from([65])]),
  ],
])('a file that ends too soon is refused: %s', async (_, text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'file.refused' });
});

test('text behind a closing quote, and bytes that are not of the encoding, are faults of their row alone', async () => {
  const text = Buffer.concat([
    Buffer.from('a,b\n"1"x,2\n'),
    Buffer.from([0x41, 0xff]),
    Buffer.from(',2\n3,4\n'),
  ]);
  expect(await read(text)).toEqual(['decode.csv', 'decode.csv', { a: '3', b: '4' }]);
});

test('no more is read than somebody asks for, and whoever stops lets go', async () => {
  const file = new MemoryFile('export.csv', `a,b\n${'1,2\n'.repeat(500_000)}`, 10_000);
  const table = await openTable(file, {});
  const before = file.given;
  for await (const rows of table.rows()) {
    expect(rows.length).toBeGreaterThan(100);
    break;
  }
  expect([file.opened, file.given - before < 200_000]).toEqual([0, true]);
});

test('a file without header that gets a header tells no value of it', async () => {
  const text = 'C-1,ada@example.com,ada@example.com\nC-2,bea@example.com,bea@example.com\n';
  const fault = await read(text).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'file.refused', message: expect.stringContaining('columns 2 and 3') });
  expect(String(fault)).not.toContain('ada');
});

test('millions of blank lines, and rows that are skipped, give the reader its turn with every piece', async () => {
  const text = `a,b\n1,2\n${'\n'.repeat(3_000_000)}3,4\n`;
  const table = await openTable(new MemoryFile('export', text), {});
  for (const [from, rows] of [
    [1, 2],
    [2, 1],
  ] as const) {
    let [turns, seen] = [0, 0];
    for await (const some of table.rows(from)) {
      turns += 1;
      seen += some.length;
    }
    expect(seen).toBe(rows);
    expect(turns).toBeGreaterThan(40);
  }
});
