import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { Compression, readParquet, WriterPropertiesBuilder, WriterVersion, writeParquet } from 'parquet-wasm';
import { describe, expect, test } from 'vitest';
import { openTable } from '../../../shared/files/formats/open-table.js';
import { MemoryFile, rowsOf, shown } from './reading.js';

interface Member {
  readonly crmId: string;
  readonly points: number | null;
  readonly big: bigint;
  readonly share: number;
  readonly isTest: boolean;
  readonly at: Date;
}

const member: fc.Arbitrary<Member> = fc.record({
  crmId: fc.oneof(
    fc.stringMatching(/^C\d{1,4}$/),
    fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !text.includes('\uFFFD')),
  ),
  points: fc.option(fc.integer({ min: -1000, max: 1000 })),
  big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  share: fc.double({ noNaN: true }),
  isTest: fc.boolean(),
  at: fc.date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2200-01-01') }),
});
const members = fc.array(member, { minLength: 1, maxLength: 30 });

function written(rows: readonly Member[], rowGroupSize = 1000): Uint8Array {
  const columnData: ColumnSource[] = [
    { name: 'crmId', data: rows.map(({ crmId }) => crmId), type: 'STRING' },
    { name: 'points', data: rows.map(({ points }) => points), type: 'INT32', nullable: true },
    { name: 'big', data: rows.map(({ big }) => big), type: 'INT64' },
    { name: 'share', data: rows.map(({ share }) => share), type: 'DOUBLE' },
    { name: 'isTest', data: rows.map(({ isTest }) => isTest), type: 'BOOLEAN' },
    { name: 'at', data: rows.map(({ at }) => at), type: 'TIMESTAMP' },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }));
}

const expected = (rows: readonly Member[]): unknown[] =>
  rows.map((row) => ({
    ...row,
    big: Number.isSafeInteger(Number(row.big)) ? Number(row.big) : `${row.big}`,
    share: Number.isFinite(row.share) ? row.share : `${row.share}`,
    at: row.at.toISOString(),
  }));

const read = async (bytes: Uint8Array, from = 1): Promise<unknown[]> =>
  shown(await rowsOf(new MemoryFile('export.parquet', bytes, 1000), {}, from));

describe('what another program wrote reads back equal', () => {
  test('hyparquet-writer, with row groups of any size, from any row on', async () => {
    await fc.assert(
      fc.asyncProperty(
        members,
        fc.integer({ min: 1, max: 12 }),
        fc.nat({ max: 30 }),
        async (rows, size, skipped) => {
          expect(await read(written(rows, size), skipped + 1)).toEqual(expected(rows).slice(skipped));
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['UNCOMPRESSED', Compression.UNCOMPRESSED],
    ['SNAPPY', Compression.SNAPPY],
    ['GZIP', Compression.GZIP],
    ['BROTLI', Compression.BROTLI],
    ['ZSTD', Compression.ZSTD],
    ['LZ4_RAW', Compression.LZ4_RAW],
  ])('parquet-wasm (Arrow in Rust): %s', async (_, compression) => {
    const sizes = fc.record({
      group: fc.integer({ min: 1, max: 20 }),
      version: fc.constantFrom(WriterVersion.V1, WriterVersion.V2),
      isListed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(members, sizes, async (rows, { group, version, isListed }) => {
        const properties = new WriterPropertiesBuilder()
          .setCompression(compression)
          .setWriterVersion(version)
          .setMaxRowGroupSize(group)
          .setDictionaryEnabled(isListed)
          .build();
        expect(await read(writeParquet(readParquet(written(rows)), properties))).toEqual(expected(rows));
      }),
      { numRuns: 15 },
    );
  });
});

test('structs, lists, maps, decimals and dates become JSON', async () => {
  const leaf = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
  const schema = [
    { name: 'root', num_children: 5 },
    { name: 'born', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
    {
      name: 'spent',
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 16,
      converted_type: 'DECIMAL',
      precision: 38,
      scale: 4,
      repetition_type: 'REQUIRED',
    },
    { name: 'address', num_children: 2, repetition_type: 'OPTIONAL' },
    { name: 'street', ...leaf },
    { name: 'no', type: 'INT64', repetition_type: 'OPTIONAL' },
    { name: 'emails', num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    { name: 'element', ...leaf },
    { name: 'consents', num_children: 1, converted_type: 'MAP', repetition_type: 'OPTIONAL' },
    { name: 'key_value', num_children: 2, repetition_type: 'REPEATED' },
    { name: 'key', ...leaf, repetition_type: 'REQUIRED' },
    { name: 'value', ...leaf },
  ] as const;
  const columnData: ColumnSource[] = [
    { name: 'born', data: [new Date('1979-05-25'), null] },
    { name: 'spent', data: [-1_234_500n, 10n ** 30n + 1n] },
    { name: 'address', data: [{ street: 'Maple', no: 12n }, null] },
    { name: 'emails', data: [['a@example.com', 'b@example.com'], []] },
    { name: 'consents', data: [{ email: 'y', sms: null }, {}] },
  ];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, schema: [...schema] }));
  const table = await openTable(new MemoryFile('export', bytes), {});
  expect(table.columns).toEqual(['born', 'spent', 'address', 'emails', 'consents']);
  expect(await read(bytes)).toEqual([
    {
      born: '1979-05-25',
      spent: -123.45,
      address: { street: 'Maple', no: 12 },
      emails: ['a@example.com', 'b@example.com'],
      consents: { email: 'y', sms: null },
    },
    { born: null, spent: '100000000000000000000000000.0001', address: null, emails: [], consents: {} },
  ]);
});

const some = written(fc.sample(members, { seed: 7, numRuns: 1 })[0] ?? [], 5);

test('cut anywhere it is refused', async () => {
  for (let length = 1; length < some.length; length += length < some.length - 60 ? 37 : 1)
    await expect(
      rowsOf(new MemoryFile('export.parquet', some.subarray(0, length)), { format: 'parquet' }),
    ).rejects.toMatchObject({ code: 'file.refused' });
});

test('damaged it is refused or reads as other values, but never breaks the program', async () => {
  for (let at = 0; at < some.length; at += 3) {
    const damaged = Buffer.from(some);
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    const rows = await rowsOf(new MemoryFile('export.parquet', damaged)).catch((error: unknown) => error);
    if (!Array.isArray(rows)) expect(rows).toMatchObject({ code: 'file.refused' });
  }
});

test('within gzip it is laid onto the disk without a name, up to a limit, and nothing of it stays', async () => {
  const spoolFolder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
  const file = new MemoryFile('export.parquet.gz', gzipSync(some));
  const table = await openTable(file, { spoolFolder });
  for await (const rows of table.rows())
    expect([rows.length > 0, readdirSync(spoolFolder)]).toEqual([true, []]);
  expect(shown(await rowsOf(file, { spoolFolder }))).toEqual(await read(some));
  await expect(
    openTable(file, { spoolFolder, limits: { spoolBytes: some.length - 1 } }),
  ).rejects.toMatchObject({ code: 'file.refused' });
  expect(readdirSync(spoolFolder)).toEqual([]);
});

test('a group that is too much for the memory is refused at opening, unless its pages can be read one by one', async () => {
  const rows = fc.sample(members, { seed: 1, numRuns: 1 })[0] ?? [];
  const columnData = [{ name: 'crmId', data: rows.map(({ crmId }) => crmId), type: 'STRING' as const }];
  const limits = { rowGroupBytes: 20 };
  const large = async (offsetIndex: boolean): Promise<unknown> =>
    await openTable(
      new MemoryFile(
        'export',
        new Uint8Array(
          parquetWriteBuffer({
            columnData: columnData.map((column) => ({ ...column, offsetIndex })),
            pageSize: 20,
          }),
        ),
      ),
      { limits },
    );
  await expect(large(false)).rejects.toMatchObject({
    code: 'file.refused',
    message: expect.stringContaining('row group'),
  });
  await expect(large(true)).resolves.toBeDefined();
});

test('a format that was configured is insisted on', async () => {
  await expect(rowsOf(new MemoryFile('export', 'a,b\n'), { format: 'parquet' })).rejects.toMatchObject({
    code: 'file.refused',
  });
  await expect(rowsOf(new MemoryFile('export', some), { format: 'csv' })).rejects.toMatchObject({
    code: 'file.refused',
  });
  await expect(rowsOf(new MemoryFile('export', brotliCompressSync(some)))).rejects.toMatchObject({
    code: 'file.refused',
  });
});
