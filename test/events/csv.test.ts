import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readProfile } from '../../shared/core/profile.js';
import { brief, readAll, sourceOf } from './reading.js';

const csv = (text: string | Uint8Array, sizes?: readonly number[]) =>
  readAll(sourceOf(text, { name: 'events.csv', ...(sizes && { sizes }) }));

const HEADER = [
  'identityMap.CRMID',
  'person.name.firstName',
  'loyalty.points:number',
  'testProfile:boolean',
  'tags:json',
  'segmentMembership.ups.hot-1',
  'segmentMembership.ups.hot-1.lastQualificationTime',
  'segmentMembership.CustomerAudienceUpload.vip.2026.status',
].join(',');

test('a header says what its cells are', async () => {
  const row = 'C-1,Ada,1200,TRUE,"[""a"",{""b"":1}]",realized,2026-07-01T12:00:00Z,exited';
  expect(brief(await csv(`${HEADER}\n${row}\n`))).toEqual([
    [
      2,
      {
        identityMap: { CRMID: [{ id: 'C-1' }] },
        person: { name: { firstName: 'Ada' } },
        loyalty: { points: 1200 },
        testProfile: true,
        tags: ['a', { b: 1 }],
        segmentMembership: {
          ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-07-01T12:00:00Z' } },
          CustomerAudienceUpload: { 'vip.2026': { status: 'exited' } },
        },
      },
    ],
  ]);
});

test('an empty cell says nothing', async () => {
  expect(brief(await csv(`${HEADER}\nC-1,,,,,,,\n`))).toEqual([
    [2, { identityMap: { CRMID: [{ id: 'C-1' }] } }],
  ]);
});

test('who has no status in a file of statuses is not spoken of, time or not', async () => {
  const row = 'C-1,,,,,,2026-07-01T12:00:00Z,';
  const [found] = await csv(`${HEADER}\n${row}\n`);
  const profile = found?.item.ok ? readProfile(found.item.value) : undefined;
  expect(profile?.ok && profile.value.memberships).toEqual([]);
});

test('the time may stand before the status, or alone', async () => {
  const time = 'segmentMembership.ups.hot.lastQualificationTime';
  const member = { lastQualificationTime: '2026-07-01', status: 'exited' };
  expect(brief(await csv(`${time},segmentMembership.ups.hot\n2026-07-01,exited\n`))).toEqual([
    [2, { segmentMembership: { ups: { hot: member } } }],
  ]);
  expect(brief(await csv(`a,${time}\nx,2026-07-01\n`))).toEqual([
    [2, { a: 'x', segmentMembership: { ups: { hot: { lastQualificationTime: '2026-07-01' } } } }],
  ]);
});

test.each([[';'], ['\t'], ['|'], [',']])('the delimiter %j is seen from the header', async (delimiter) => {
  const text = [
    ['a', 'b.c'],
    ['1', 'x'],
  ]
    .map((row) => row.join(delimiter))
    .join('\r\n');
  expect(brief(await csv(text))).toEqual([[2, { a: '1', b: { c: 'x' } }]]);
});

test('lines are those of the file: with line breaks in cells, empty lines, a byte order mark, gzip', async () => {
  const text = '\uFEFFa,b\n1,"x\ny"\n\n2,z\n"3\n\n",w\n4,v';
  const expected = [
    [2, { a: '1', b: 'x\ny' }],
    [5, { a: '2', b: 'z' }],
    [6, { a: '3\n\n', b: 'w' }],
    [9, { a: '4', b: 'v' }],
  ];
  expect(brief(await csv(text))).toEqual(expected);
  expect(brief(await csv(gzipSync(text), [3]))).toEqual(expected);
});

test.each([
  [
    'of another width',
    'a,b\n1,2,3\n4,5\n',
    [
      [2, 'decode.csv'],
      [3, { a: '4', b: '5' }],
    ],
  ],
  [
    'with a cell that is no number',
    'a:number\nx\n4\n',
    [
      [2, 'decode.csv'],
      [3, { a: 4 }],
    ],
  ],
  [
    'with a cell that is neither true nor false',
    'a:boolean\nyes\nfalse\n',
    [
      [2, 'decode.csv'],
      [3, { a: false }],
    ],
  ],
  [
    'with a cell that is no JSON',
    'a:json\n{\n1\n',
    [
      [2, 'decode.csv'],
      [3, { a: 1 }],
    ],
  ],
])('a row %s costs itself only', async (_, text, expected) => {
  expect(brief(await csv(text))).toEqual(expected);
});

test('a cell that is no UTF-8 costs its row only', async () => {
  const text = Buffer.concat([Buffer.from('a\n'), Buffer.of(0xc3, 0x28), Buffer.from('\nx\n')]);
  expect(brief(await csv(text))).toEqual([
    [2, 'decode.encoding'],
    [3, { a: 'x' }],
  ]);
});

test('after a quote that is never closed nothing is trusted, and that is said', async () => {
  expect(brief(await csv('a,b\n1,2\n3,"x\n4,5\n'))).toEqual([
    [2, { a: '1', b: '2' }],
    [3, 'decode.csv'],
  ]);
  const long = `a,b\n1,2\n3,"x\n${'4,5\n'.repeat(1_000_000)}`;
  expect(brief(await csv(long, [65_536]))).toEqual([
    [2, { a: '1', b: '2' }],
    [3, 'decode.csv'],
  ]);
});

test.each([
  ['an empty name', 'a,,b'],
  ['an empty step', 'a..b'],
  ['a hostile step', 'a.__proto__.b'],
  ['the same place twice', 'a,b,a'],
  ['the same place twice, in other words', 'segmentMembership.ups.hot,segmentMembership.ups.hot.status'],
  ['a place within another', 'a.b,a.b.c'],
  ['a membership of nobody', 'segmentMembership.ups'],
])('a header with %s ends the file before any row', async (_, header) => {
  expect(brief(await csv(`${header}\n${'1,'.repeat(header.split(',').length - 1)}1\n`))).toEqual([
    [1, 'decode.csv'],
  ]);
});

test('an empty file, and a header alone, have no records', async () => {
  expect(await csv('')).toEqual([]);
  expect(await csv('a,b\n')).toEqual([]);
});

test('any text of cells comes back as it was', async () => {
  const cell = fc
    .string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', ' ', 'é', '\\') })
    .filter((text) => text !== '');
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { minLength: 1 }),
      fc.integer({ min: 1, max: 9 }),
      async (rows, size) => {
        const text = `a,b\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}`;
        const found = await csv(text, [size]);
        expect(found.map(({ item }) => item)).toEqual(rows.map(([a, b]) => ({ ok: true, value: { a, b } })));
      },
    ),
    { numRuns: 200 },
  );
});

test('any bytes whatever are read to their end, alike however they are cut', async () => {
  const unit = fc.constantFrom(
    'a',
    '"',
    ',',
    ';',
    '\n',
    '\r',
    '\t',
    ' ',
    '\u00e9',
    'identityMap.x',
    ':number',
    '.',
  );
  const bytes = fc.oneof(
    fc.string({ unit, maxLength: 80 }).map((one) => Buffer.from(one)),
    fc.uint8Array({ maxLength: 40 }).map((one) => Buffer.from(one)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (all, size) => {
      expect(brief(await csv(all, [size]))).toEqual(brief(await csv(all)));
    }),
    { numRuns: 1000 },
  );
});
