import { type Options, stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CsvSettings } from '../../../shared/files/formats/settings.js';
import { MemoryFile, rowsOf, shown } from './reading.js';

/** What a writer is told, and the reader about it. */
interface Dialect {
  readonly write: Options;
  readonly read: CsvSettings;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly hasMark: boolean;
}

const HEADER = ['crmId', 'person_name_firstName', 'note'];

const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '|', '\t', ':'),
    isNamed: fc.boolean(),
    escape: fc.constantFrom('\\', "'", '"'),
    quoted: fc.boolean(),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    isLastLineEnded: fc.boolean(),
    header: fc.boolean(),
    encoding: fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const),
    hasMark: fc.boolean(),
    trims: fc.boolean(),
  })
  .map(
    ({
      delimiter,
      isNamed,
      escape: escaper,
      quoted,
      end,
      isLastLineEnded,
      header,
      encoding,
      hasMark,
      trims,
    }) => ({
      write: {
        delimiter,
        escape: escaper,
        quoted,
        quoted_empty: true,
        // What would not survive without quotes, by Spark's rules.
        quoted_match: trims ? /[\\'"\r\n]|^[\0-\x20]|[\0-\x20]$/ : /[\\'"\r\n]/,
        record_delimiter: end,
        eof: isLastLineEnded,
        header,
        columns: HEADER,
      },
      read: {
        null: quoted ? '"NULL"' : 'NULL',
        ...((isNamed || !header) && { delimiter }),
        ...(escaper !== '\\' && { escape: escaper }),
        ...(!trims && { ignoreLeadingWhiteSpace: false, ignoreTrailingWhiteSpace: false }),
        ...(!header && { header: HEADER }),
        ...(!hasMark && { encoding }),
        ...(end === '\r' && { lineSeparator: '\r' }),
      },
      encoding,
      hasMark,
    }),
  );

const cell = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z0-9]{1,8}$/) },
  {
    weight: 2,
    arbitrary: fc.string({
      unit: fc.constantFrom('a', '"', '\\', "'", ',', ';', '|', ':', '\t', ' ', '\n', '\r', 'é', '🦆', ''),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '""', '\\"', '\\\\') },
);
const rows = fc.array(fc.tuple(fc.stringMatching(/^[A-Z]\d{1,5}$/), cell, fc.option(cell)), {
  maxLength: 12,
});

function bytesOf(text: string, { encoding, hasMark }: Dialect): Buffer {
  const marked = hasMark ? `\uFEFF${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked);
  const little = Buffer.from(marked, 'utf16le');
  return encoding === 'utf-16le' ? little : little.swap16();
}

test('what csv-stringify wrote with any options reads back equal, in pieces of any size', async () => {
  const pieces = fc.constantFrom(1, 3, 10, 65_536);
  await fc.assert(
    fc.asyncProperty(dialects, rows, pieces, async (dialect, table, piece) => {
      const text = stringify(
        table.map((row) => row.map((value) => value ?? 'NULL')),
        dialect.write,
      );
      const read = await rowsOf(new MemoryFile('export.csv', bytesOf(text, dialect), piece), {
        format: 'csv',
        csv: dialect.read,
      });
      expect(shown(read)).toEqual(
        table.map(([id, first, note]) => ({ crmId: id, person_name_firstName: first, note })),
      );
      expect(read.map(({ number }) => number)).toEqual(table.map((_, index) => index + 1));
    }),
    { numRuns: 400 },
  );
});

test('without quotes every character stands for itself', async () => {
  const plain = fc
    .string({ unit: fc.constantFrom('a', '"', '\\', "'", ' b') })
    .filter((text) => text !== '""');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.stringMatching(/^[A-Z]\d$/), plain, plain)), async (table) => {
      const text = stringify(table, { header: true, columns: HEADER, quote: '' });
      const csv = {
        quote: '\0',
        ignoreLeadingWhiteSpace: false,
        ignoreTrailingWhiteSpace: false,
        null: 'NULL',
      };
      const read = shown(await rowsOf(new MemoryFile('export.csv', text), { csv, format: 'csv' }));
      expect(read).toEqual(
        table.map(([id, first, note]) => ({ crmId: id, person_name_firstName: first, note: note })),
      );
    }),
    { numRuns: 50 },
  );
});

test('any bytes are rows or a refusal, and the same in pieces of any size', async () => {
  const units = fc.constantFrom(...'ab,;"\\\'\n\r \t', '\0', '\uFEFF', '\xff');
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: units, maxLength: 60 }),
      fc.constantFrom(1, 2, 5),
      async (text, piece) => {
        const bytes = Buffer.from(text, 'latin1');
        const outcome = async (size: number): Promise<unknown> =>
          await rowsOf(new MemoryFile('export.csv', bytes, size), { format: 'csv' }).catch(
            (error: unknown) => error,
          );
        const whole = await outcome(65_536);
        if (!Array.isArray(whole)) expect(whole).toMatchObject({ code: 'file.refused' });
        expect(await outcome(piece)).toEqual(whole);
      },
    ),
    { numRuns: 500 },
  );
});

test('where reading begins changes neither numbers nor cells', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.nat({ max: 14 }), async (table, skipped) => {
      const file = new MemoryFile('export.csv', stringify(table, { header: true, columns: HEADER }), 7);
      const all = await rowsOf(file, { csv: { escape: '"' } });
      expect(await rowsOf(file, { csv: { escape: '"' } }, skipped + 1)).toEqual(all.slice(skipped));
    }),
    { numRuns: 50 },
  );
});
