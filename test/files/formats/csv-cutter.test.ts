import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvCutter, type CsvRow } from '../../../shared/files/formats/csv-cutter.js';
import { dialectOf } from '../../../shared/files/formats/csv-dialect.js';
import type { CsvSettings } from '../../../shared/files/formats/settings.js';

/** So that a row of a few characters is passed over as one of a mebibyte is. */
const MOST = 12;

/** A text in pieces of these lengths, over and over. */
function piecesOf(text: string, lengths: readonly number[]): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += pieces.at(-1)?.length ?? 1)
    pieces.push(text.slice(at, at + (lengths[pieces.length % lengths.length] ?? 1)));
  return pieces;
}

/** The rows of a text that comes in pieces, or why it is refused. */
function cut(pieces: readonly string[], settings: CsvSettings): readonly CsvRow[] | string {
  const cutter = new CsvCutter(dialectOf({ delimiter: ',', ...settings }, 'a,b\n'), MOST);
  try {
    return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()];
  } catch (error) {
    return String(error);
  }
}

const settings = fc.constantFrom<CsvSettings>(
  {},
  { ignoreLeadingWhiteSpace: false },
  { quote: '\0' },
  { escape: '"' },
  { charToEscapeQuoteEscaping: "'" },
);
const text = fc.string({
  unit: fc.constantFrom(...'aaa,"\\\n\r \t\'', '\uFFFD', '"\n', '""', '\\"', ', "', '\'\\"', 'long enough'),
  maxLength: 60,
});
const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });

test('any text is the same rows however it is cut, those that are too long among them', () => {
  fc.assert(
    fc.property(text, lengths, settings, (all, some, options) => {
      expect(cut(piecesOf(all, some), options)).toEqual(cut([all], options));
    }),
    { numRuns: 5_000 },
  );
});

test('a quote behind blanks opens a cell where blanks are left out, also in a row that is passed over', () => {
  const all = `${'x'.repeat(20)}, "y\n1,2"\n3,4\n`;
  const kept = (options: CsvSettings) => {
    const rows = cut(piecesOf(all, [5]), options);
    return typeof rows === 'string' ? rows : rows.map(({ cells, isLong }) => (isLong ? 'long' : cells));
  };
  expect(kept({})).toEqual(['long', ['3', '4']]);
  expect(kept({ ignoreLeadingWhiteSpace: false })).toEqual(['long', ['1', '2"'], ['3', '4']]);
});

test('a file may end with a row that is passed over, but not within its quotes', () => {
  const long = 'x'.repeat(20);
  expect(cut(piecesOf(`1,"${long}"`, [5]), {})).toMatchObject([{ isLong: true, isOpen: true, width: 2 }]);
  expect(cut(piecesOf(`1,"${long}`, [5]), {})).toContain('ends within a quoted cell');
});
