import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromCsv, toCsv } from '../../../shared/connectors/salesforce/csv.js';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '"', ',', '\n', '\r\n', 'a,"b"\n'),
);
const tables = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
  );

test('what is written is read again, by us and by csv-parse', () => {
  fc.assert(
    fc.property(tables, (table) => {
      const written = toCsv(table);
      expect(fromCsv(written)).toEqual(table);
      expect(parse(written)).toEqual(table);
    }),
  );
});

describe('what others write', () => {
  test.each<[string, readonly (readonly string[])[] | undefined]>([
    [
      'a,b\r\nc,"d ""e"""\r\n',
      [
        ['a', 'b'],
        ['c', 'd "e"'],
      ],
    ],
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,\n,b\n',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['a,', [['a', '']]],
    ['', []],
    ['a,"b', undefined],
    ['a,"b"c\n', undefined],
  ])('%j', (written, read) => {
    expect(fromCsv(written)).toEqual(read);
  });
});
