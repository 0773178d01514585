import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COLD, HOT, meaningWith } from './stage.js';

const at = (time: string): number => Date.parse(time);
const hot = { namespace: 'ups', id: HOT };

const read = (name: string, match?: string, titles?: ReadonlyMap<string, string>) =>
  meaningWith(match === undefined ? '' : `match: "${match}"`, titles).nameOf(name);

const STRANGE = '9aa41e18-abcd-49c2-836d-123c88e76c39';

test.each([
  [
    'the older default',
    `Salesforce_Marketing_Cloud_segment${COLD}_20200408061804.csv`,
    { audience: { namespace: 'ups', id: COLD }, at: at('2020-04-08T06:18:04Z') },
  ],
  [
    'the older default, of an audience nobody declares',
    `Salesforce_Marketing_Cloud_segment${STRANGE}_20200408061804.csv`,
    { audience: { namespace: 'ups', id: STRANGE }, at: at('2020-04-08T06:18:04Z') },
  ],
  [
    'the default of Destination SDK',
    `out/Acme_${HOT}_20230330_153857.csv`,
    { audience: hot, at: at('2023-03-30T15:38:57Z') },
  ],
  ['month first', `Acme_${HOT}_03302023_153857.csv`, { audience: hot, at: at('2023-03-30T15:38:57Z') }],
  ['a timestamp', `Acme_${HOT}_1680190737.json`, { audience: hot, at: 1_680_190_737_000 }],
  [
    'a name that is declared',
    'amazon-s3_Hot-Prospects_20230818_010718.json',
    { audience: hot, at: at('2023-08-18T01:07:18Z') },
  ],
  ['a folder of the name', 'out/hot_prospects/export_20230818_010718.csv', { audience: hot }],
  [
    'a folder of the id',
    `out/${STRANGE}/export.csv`,
    { audience: { namespace: 'ups', id: STRANGE }, at: undefined },
  ],
  ['folders of both', `out/hot prospects/${HOT}/export.csv`, { audience: hot }],
  [
    'a wide file, in which the id is that of the destination',
    'Luma_LiveRamp_52137231-4a99-442d-804c-39a09ddd005d_20230330_153857.csv',
    { audience: undefined, at: at('2023-03-30T15:38:57Z') },
  ],
  ['no time at all', 'members.csv', { audience: undefined, at: undefined, part: 1, export: 'members' }],
  ['digits that are no time', `Acme_${HOT}_20231330_153857.csv`, { at: undefined }],
])('%s is read without a template', (_, name, said) => {
  expect(read(name)).toMatchObject(said);
});

test.each([
  ['%DESTINATION%_%SEGMENT_ID%_%DATETIME%.csv', `a/b/My_Store_${HOT}_20230330_153857.csv`, hot],
  ['%DESTINATION%_%SEGMENT_ID%_%DATETIME%', `My_Store_${HOT}_20230330153857.parquet`, hot],
  ['%SEGMENT_ID%-%SANDBOX_NAME%.csv', `${STRANGE}-prod.csv`, { namespace: 'ups', id: STRANGE }],
  [
    '%SEGMENT_ID%-%SANDBOX_NAME%.csv',
    'vip-2026-prod.csv',
    { namespace: 'customeraudienceupload', id: 'vip-2026' },
  ],
  ['%SEGMENT_NAME%/%DATETIME%', 'x/Hot Prospects/20230330_153857.csv', hot],
  ['/%SEGMENT_NAME%/%SEGMENT_ID%/*', `Hot Prospects/${HOT}/whatever.csv`, hot],
  ['%ORGANIZATION_NAME%_%SEGMENT_NAME%_%TIMESTAMP%.csv', 'A_C_M_E_hot_prospects_1680190737.csv', hot],
  ['%CUSTOM_TEXT%_%DESTINATION_INSTANCE_ID%_%DATETIME%', `x_${STRANGE}_20230330_153857.csv`, undefined],
])('%s reads %s', (match, name, audience) => {
  expect(read(name, match)).toMatchObject({ audience, stranger: undefined });
});

test('the name of an audience in Adobe is found by the name the file has for it', () => {
  const titles = new Map([['cold', 'Cold & Gone (EU)']]);
  const said = read(
    'acme_cold-gone-eu_20230330_153857.csv',
    '%DESTINATION%_%SEGMENT_NAME%_%DATETIME%',
    titles,
  );
  expect(said?.audience).toEqual({ namespace: 'ups', id: COLD });
});

test('a name nobody declares is told, not guessed', () => {
  const match = '%DESTINATION%-%SEGMENT_NAME%-%DATETIME%.csv';
  expect(read('acme-lost ones-20230330_153857.csv', match)).toMatchObject({
    audience: undefined,
    stranger: 'lost ones',
  });
});

test.each([
  ['another extension', '%SEGMENT_ID%.csv', `${HOT}.json`],
  ['something before it', 'x_%SEGMENT_ID%.csv', `y_${HOT}.csv`],
  ['a time that is none', '%SEGMENT_ID%_%DATETIME%.csv', `${HOT}_99999999_999999.csv`],
  [
    'an id of no form that nobody declares',
    '%DESTINATION%_%SEGMENT_ID%_%DATETIME%',
    'a_nightly_20230330_153857',
  ],
  ['too few folders', 'a/%SEGMENT_ID%.csv', `${HOT}.csv`],
  ['another folder', 'a/%SEGMENT_ID%.csv', `b/${HOT}.csv`],
])('%s is not what the template means', (_, match, name) => {
  expect(read(name, match)).toBeUndefined();
});

test.each([
  'out/daily.csv.tributary.json',
  'out/manifest-d0420d72-756c-4159-9e7f-7d3e2f8b501e-0ac8f3c0-29bd-40aa-82c1-f1b7e0657b19.json',
  'out/',
  'out/_SUCCESS',
  'out/.daily.csv',
  'daily.csv.filepart',
  '../daily.csv',
  'out/../daily.csv',
  'out\\daily.csv',
  'out/da\nily.csv',
  `${'a'.repeat(2_000)}.csv`,
])('%j is no export, with a template or without', (name) => {
  expect(read(name)).toBeUndefined();
  expect(read(name, '*')).toBeUndefined();
});

test.each([
  ['daily.csv', 'daily', 1],
  ['daily_2.csv', 'daily', 2],
  ['out/daily_13.csv.gz', 'out/daily', 13],
  [`Acme_${HOT}_20230330_153857_2.csv`, `Acme_${HOT}_20230330_153857`, 2],
  [`Acme_${HOT}_20230330_153857.csv`, `Acme_${HOT}_20230330_153857`, 1],
  ['daily_1.csv', 'daily_1', 1],
  ['daily_02.csv', 'daily_02', 1],
  ['_2.csv', undefined, undefined],
  ['x_vip_2.csv', 'x_vip_2', 1],
])('%s is of the export %s, part %s', (name, exported, part) => {
  const said = read(name);
  expect([said?.export, said?.part]).toEqual([exported, part]);
});

test.each([
  ['%CUSTOM_TEXT%', 'daily_2.csv', 2],
  ['%SEGMENT_NAME%', 'vip_2.csv', 1],
  ['%SEGMENT_NAME%', 'cold_2.csv', 2],
  ['%SEGMENT_NAME%_%DATETIME%', 'cold_20230330_153857_3.csv', 3],
])('with %s, %s is part %s', (match, name, part) => {
  expect(read(name, match)?.part).toBe(part);
});

test.each(['gz', 'bz2', 'lz4', 'snappy', 'deflate', 'pgp', 'gpg', 'gz.pgp'])(
  'the extension %s may be there or not',
  (extension) => {
    const name = `Acme_${HOT}_20230330_153857`;
    for (const match of [undefined, '%DESTINATION%_%SEGMENT_ID%_%DATETIME%.csv'])
      expect(read(`${name}.csv.${extension}`, match)).toEqual(read(`${name}.csv`, match));
    expect(read(`${name}.${extension}.parquet`)).toMatchObject({ audience: hot });
  },
);

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 -]{0,20}$/);
const VALUES = {
  DESTINATION: word,
  SEGMENT_ID: fc.constantFrom(HOT, COLD),
  DATETIME: fc.constantFrom('20230330_153857', '03302023_153857'),
  ORGANIZATION_NAME: word,
  SANDBOX_NAME: word,
  DESTINATION_INSTANCE_ID: fc.uuid(),
  CUSTOM_TEXT: word,
};

test('whatever the order of macros, the id and time that were put in are read', () => {
  const macros = fc.shuffledSubarray(Object.keys(VALUES) as (keyof typeof VALUES)[], { minLength: 2 });
  fc.assert(
    fc.property(macros, fc.record(VALUES), fc.constantFrom('', '_2', '_17'), (order, values, part) => {
      fc.pre(order.includes('SEGMENT_ID') && order.includes('DATETIME'));
      // Two ids that lie side by side, or a text before an id, can be parted by nothing but their form.
      const match = `${order.map((macro) => `%${macro}%`).join('_')}.csv`;
      const name = `in/${order.map((macro) => values[macro]).join('_')}${part}.csv`;
      expect(read(name, match)).toMatchObject({
        audience: { namespace: 'ups', id: values.SEGMENT_ID },
        at: at('2023-03-30T15:38:57Z'),
        part: part === '' ? 1 : Number(part.slice(1)),
      });
    }),
    { numRuns: 200 },
  );
});

test('any text is read in a moment, and none makes it throw', () => {
  const hostile = ['%CUSTOM_TEXT%', '%DESTINATION%', '%ORGANIZATION_NAME%', '*', '%SANDBOX_NAME%', 'x'].join(
    '_',
  );
  const { nameOf } = meaningWith(`match: "${hostile}_%SEGMENT_NAME%_%DATETIME%.csv"`);
  const started = performance.now();
  nameOf(`${'_a'.repeat(500)}.csv`);
  nameOf(`${'a_'.repeat(500)}.csv`);
  expect(performance.now() - started).toBeLessThan(5_000);
  const guess = meaningWith().nameOf;
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
      nameOf(name);
      guess(name);
    }),
  );
});
