import type { Json } from '../../shared/core/ports.js';

/** What a value can be to an operator; in the order of the table's columns. */
export const COLUMNS = [
  'fits',
  'other',
  'missing',
  'null',
  'empty text',
  'empty list',
  'empty object',
  'wrong type',
  'list with it',
  'list without it',
  'list with a wrong type',
  'object',
  'nested object',
  'list of objects',
] as const;
export type Column = (typeof COLUMNS)[number];

/** One operator, by a condition on the path `x`. */
export interface Row {
  readonly condition: string;
  /** A value that the condition is meant for, one of the same type that it is not meant for, and one of a wrong type. */
  readonly fits: Json;
  readonly other: Json;
  readonly wrong: Json;
  /** Where it holds. Everywhere else it does not. */
  readonly holds: readonly Column[];
}

/** The time at which conditions are decided: that of the newest record. */
export const NOW = '2026-02-01T00:00:00Z';

const POSITIVE: readonly Column[] = ['fits', 'list with it', 'list with a wrong type'];
/** Whatever is there, of the right type, and not what is asked for. Texts may be empty. */
const NEGATIVE_TEXT: readonly Column[] = ['other', 'empty text', 'empty list', 'list without it'];
const NEGATIVE: readonly Column[] = ['other', 'empty list', 'list without it'];

/** Every operator against every kind of value. docs/rules-operators.md shows it, and a test runs it. */
export const TABLE: readonly Row[] = [
  {
    condition: 'x exists',
    fits: 'a',
    other: '',
    wrong: 0,
    holds: [
      'fits',
      'wrong type',
      'list with it',
      'list without it',
      'list with a wrong type',
      'object',
      'nested object',
      'list of objects',
    ],
  },
  {
    condition: 'x not exists',
    fits: 'a',
    other: '',
    wrong: 0,
    holds: ['other', 'missing', 'null', 'empty text', 'empty list', 'empty object'],
  },
  { condition: 'x = "a"', fits: 'a', other: 'b', wrong: 5, holds: POSITIVE },
  { condition: 'x = 5', fits: 5, other: 6, wrong: '5', holds: POSITIVE },
  { condition: 'x = true', fits: true, other: false, wrong: 'true', holds: POSITIVE },
  {
    condition: 'x = 2026-01-31',
    fits: '2026-01-31T00:00:00Z',
    other: '2026-01-30',
    wrong: 'soon',
    holds: POSITIVE,
  },
  { condition: 'x != "a"', fits: 'a', other: 'b', wrong: 5, holds: NEGATIVE_TEXT },
  { condition: 'x != 5', fits: 5, other: 6, wrong: '6', holds: NEGATIVE },
  { condition: 'x < 5', fits: 4, other: 5, wrong: '4', holds: POSITIVE },
  { condition: 'x <= 5', fits: 5, other: 6, wrong: '5', holds: POSITIVE },
  { condition: 'x > 5', fits: 6, other: 5, wrong: '6', holds: POSITIVE },
  { condition: 'x >= 5', fits: 5, other: 4, wrong: '5', holds: POSITIVE },
  {
    condition: 'x < 2026-01-31',
    fits: '2026-01-30T23:59:59Z',
    other: '2026-01-31',
    wrong: true,
    holds: POSITIVE,
  },
  { condition: 'x in ["a", "c"]', fits: 'c', other: 'b', wrong: 5, holds: POSITIVE },
  { condition: 'x in [1, 2]', fits: 2, other: 3, wrong: '2', holds: POSITIVE },
  { condition: 'x not in ["a", "c"]', fits: 'a', other: 'b', wrong: 5, holds: NEGATIVE_TEXT },
  { condition: 'x contains "a"', fits: 'a', other: 'b', wrong: 5, holds: POSITIVE },
  {
    condition: 'x contains 5',
    fits: [5],
    other: [6],
    wrong: '5',
    // A list within a list is no element that is compared.
    holds: ['fits'],
  },
  { condition: 'x not contains "a"', fits: 'a', other: 'b', wrong: 5, holds: NEGATIVE_TEXT },
  { condition: 'x starts with "a"', fits: 'ab', other: 'ba', wrong: 5, holds: POSITIVE },
  { condition: 'x not starts with "a"', fits: 'ab', other: 'ba', wrong: 5, holds: NEGATIVE_TEXT },
  { condition: 'x matches "^a+$"', fits: 'aa', other: 'ab', wrong: 5, holds: POSITIVE },
  { condition: 'x not matches "^a+$"', fits: 'aa', other: 'ab', wrong: 5, holds: NEGATIVE_TEXT },
  {
    condition: 'x within 7 days',
    fits: '2026-01-25',
    other: '2026-01-24',
    wrong: 'soon',
    holds: POSITIVE,
  },
  {
    condition: 'x within next 7 days',
    fits: '2026-02-08',
    other: '2026-01-31',
    wrong: 'soon',
    holds: POSITIVE,
  },
  {
    condition: 'x not within 7 days',
    fits: '2026-01-25',
    other: '2026-01-24',
    wrong: 'soon',
    holds: NEGATIVE,
  },
  {
    condition: 'not x = "a"',
    fits: 'a',
    other: 'b',
    wrong: 5,
    holds: COLUMNS.filter((column) => !POSITIVE.includes(column)),
  },
];

/** The value of a column; undefined where there is none. */
export function shownIn({ fits, other, wrong }: Row, column: Column): Json | undefined {
  const values: Readonly<Record<Column, Json | undefined>> = {
    fits,
    other,
    missing: undefined,
    null: null,
    'empty text': '',
    'empty list': [],
    'empty object': {},
    'wrong type': wrong,
    'list with it': [other, fits],
    'list without it': [other],
    'list with a wrong type': [wrong, fits],
    object: { a: fits },
    'nested object': { a: { x: fits } },
    'list of objects': [{ x: fits }],
  };
  return values[column];
}

/** The table as docs/rules-operators.md shows it, line by line. */
export function markdown(): readonly string[] {
  const head = ['condition', ...COLUMNS];
  const code = (value: Json): string => `\`${JSON.stringify(value)}\``;
  const body = TABLE.map((row) => [
    `\`${row.condition}\``,
    ...COLUMNS.map((column) => {
      const verdict = row.holds.includes(column) ? '**yes**' : 'no';
      const own = column === 'fits' || column === 'other';
      const shown = own ? row[column] : row.wrong;
      return own || column === 'wrong type' ? `${code(shown)} ${verdict}` : verdict;
    }),
  ]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
}
