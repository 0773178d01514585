import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { parseTime } from '../../shared/core/time.js';

const MS = 1000;
const utc = (text: string): number => Date.parse(text) * MS;

test.each([
  // Exports and XDM examples.
  ['2022-01-11T21:24:39Z', 1_641_936_279_000_000],
  ['2018-04-26T15:52:25+00:00', 1_524_757_945_000_000],
  // Samples with names and timestamps: no colon in the zone.
  ['2019-04-15T02:41:50+0000', 1_555_296_110_000_000],
  ['2019-04-15T02:41:50.000+0000', 1_555_296_110_000_000],
  // Test profiles: microseconds.
  ['2021-06-17T12:25:12.872039Z', 1_623_932_712_872_039],
  // Batch samples: no zone, which means UTC.
  ['2021-03-10 10:03:08', 1_615_370_588_000_000],
  ['2024-10-12T09:50', 1_728_726_600_000_000],
  // Epoch milliseconds, seconds and microseconds.
  [1_648_553_325_000, 1_648_553_325_000_000],
  [1_650_374_572, 1_650_374_572_000_000],
  [1_642_745_034_000_000, 1_642_745_034_000_000],
  // File names, year first or month first.
  ['20220509_210543', utc('2022-05-09T21:05:43Z')],
  ['05092022_210543', utc('2022-05-09T21:05:43Z')],
  ['20200408061804', utc('2020-04-08T06:18:04Z')],
  ['1652131584', 1_652_131_584_000_000],
])('%s, as the reference shows it', (text, micros) => {
  expect(parseTime(text)).toBe(micros);
});

test.each([
  ['a date alone', '2026-11-01', utc('2026-11-01T00:00:00Z')],
  ['a zone east of Greenwich', '2026-11-01T02:30:00+05:30', utc('2026-10-31T21:00:00Z')],
  ['a zone west of Greenwich without colon', '2026-11-01T02:30:00-0330', utc('2026-11-01T06:00:00Z')],
  ['a small z', '2026-11-01T02:30:00z', utc('2026-11-01T02:30:00Z')],
  ['a blank before the zone', '2026-11-01 02:30:00 +0100', utc('2026-11-01T01:30:00Z')],
  ['a decimal comma', '2026-11-01T02:30:00,5Z', utc('2026-11-01T02:30:00.500Z')],
  ['one digit of fraction', '2026-11-01T02:30:00.7Z', utc('2026-11-01T02:30:00.700Z')],
  ['nanoseconds, which are cut', '2026-11-01T02:30:00.123456999Z', utc('2026-11-01T02:30:00.123Z') + 456],
  ['the end of a day', '2026-11-01T24:00:00Z', utc('2026-11-02T00:00:00Z')],
  ['a leap second', '2016-12-31T23:59:60Z', utc('2017-01-01T00:00:00Z')],
  ['a leap day', '2024-02-29T00:00:00Z', utc('2024-02-29T00:00:00Z')],
  ['the first second of the epoch', '1970-01-01T00:00:00Z', 0],
  ['a time before the epoch', '1969-12-31T23:59:59.999999Z', -1],
  ['the year 0', '0000-01-01T00:00:00Z', utc('0000-01-01T00:00:00Z')],
])('%s', (_, text, micros) => {
  expect(parseTime(text)).toBe(micros);
});

test.each([
  // Letters where the fast path for the common form looks for digits.
  '20YY-01-11T21:24:39Z',
  'YY22-01-11T21:24:39Z',
  '2O22-01-11T21:24:39Z',
  '2022-01-1xT21:24:39Z',
  '2022-01-11T21:24:3xZ',
  '2022-01-11T21:24:x9Z',
  'YYYY-MM-DDTHH:MM:SSZ',
  // No such day, hour, zone.
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-04-00T00:00:00Z',
  '2026-04-01T25:00:00Z',
  '2026-04-01T24:00:01Z',
  '2026-04-01T24:01:00Z',
  '2026-04-01T24:00:00.000001Z',
  '2026-04-01T10:60:00Z',
  '2026-04-01T10:00:61Z',
  '2026-04-01T10:00:00+18:01',
  '2026-04-01T10:00:00+99:00',
  '2026-04-01T10:00:00+01:60',
  '2026-04-01T10:00:00+1',
  '13452026_256100',
  '20269931_256100',
  '20261345256100',
  // Not the whole text.
  ' 2026-04-01T10:00:00Z',
  '2026-04-01T10:00:00Z ',
  '2026-04-01T10:00:00Z\n',
  '2026-04-01T10:00:00.Z',
  '2026-4-1',
  '2026-04',
  '2026',
  '2026-04-01T',
  '2026-04-01T10',
  '+2026-04-01T10:00:00Z',
  '12026-04-01T10:00:00Z',
  'YYYY-MM-DD',
  'yesterday',
  'now',
  '',
  // Numbers that are no time: too small, too large, broken.
  '12345678',
  '099999999',
  '123456789012345678',
  '-1650374572',
  '1650374572.5',
  '1e12',
  99_999_999,
  100_000_000_000_000_000,
  1_650_374_572.5,
  -1_650_374_572,
  0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  undefined,
  true,
  {},
  [],
  ['2026-04-01T10:00:00Z'],
  new Date(0),
])('%j is no time', (value) => {
  expect(parseTime(value)).toBeUndefined();
});

test.each([
  [100_000_000, 100_000_000_000_000],
  [99_999_999_999, 99_999_999_999_000_000],
  [100_000_000_000, 100_000_000_000_000],
  [99_999_999_999_999, 99_999_999_999_999_000],
  [100_000_000_000_000, 100_000_000_000_000],
  [90_000_000_000_000_000, 90_000_000_000_000_000],
])('%d lies at the border between seconds, milliseconds and microseconds', (value, micros) => {
  expect(parseTime(value)).toBe(micros);
});

/** Any instant of the years 0 to 9999 as calendar fields; a fraction of 0 to 6 digits. */
const instant = fc
  .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => Math.floor(date.getTime() / 1000) * 1000);
const fraction = fc.integer({ min: 0, max: 999_999 }).map((micros) => String(micros).padStart(6, '0'));
const zone = fc.oneof(
  fc.constant('Z'),
  fc
    .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 17 }), fc.integer({ min: 0, max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${two(hours)}:${two(minutes)}`),
);
const two = (n: number): string => String(n).padStart(2, '0');
const seconds = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

test('reads every ISO time as Date.parse does, and keeps the microseconds that Date.parse cuts', () => {
  fc.assert(
    fc.property(instant, fraction, fc.integer({ min: 0, max: 6 }), zone, (ms, digits, kept, where) => {
      const part = kept === 0 ? '' : `.${digits.slice(0, kept)}`;
      const micros = Number(digits.slice(0, kept).padEnd(6, '0'));
      const whole = Date.parse(`${seconds(ms)}${where}`);
      expect(parseTime(`${seconds(ms)}${part}${where}`)).toBe(whole * MS + micros);
      expect(parseTime(`${seconds(ms)}${part}${where.replace(':', '')}`)).toBe(whole * MS + micros);
    }),
    { numRuns: 5000 },
  );
});

test('reads nothing that Date.parse refuses, digit by digit', () => {
  const shape = fc
    .tuple(
      fc.constantFrom('2026-11-01T10:20:30Z', '2024-02-29 23:59:59', '1999-12-31T00:00:00+05:30'),
      fc.array(fc.tuple(fc.nat({ max: 24 }), fc.constantFrom(...'0123456789x-:T Z')), { maxLength: 3 }),
    )
    .map(([text, edits]) =>
      edits.reduce<string>(
        (now, [at, char]) => (at < now.length ? now.slice(0, at) + char + now.slice(at + 1) : now),
        text,
      ),
    );
  fc.assert(
    fc.property(shape, (text) => {
      const read = parseTime(text);
      if (read === undefined) return;
      const zoned = /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
      // Leap seconds are the one thing that V8 refuses and a clock may show.
      expect(Date.parse(zoned.replace(/:60/, ':59'))).not.toBeNaN();
    }),
    { numRuns: 20_000 },
  );
});

const zoneOfMachine = process.env['TZ'];
afterEach(() => {
  if (zoneOfMachine === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zoneOfMachine;
});

test('a time without zone is UTC wherever the machine stands', () => {
  const known = ['2021-03-10 10:03:08', '2024-10-12T09:50', '2026-07-01'].map(parseTime);
  for (const place of ['America/St_Johns', 'Asia/Kathmandu', 'Pacific/Kiritimati']) {
    process.env['TZ'] = place;
    // Guards the test itself: the change of zone has arrived in this process.
    expect(new Date(0).getTimezoneOffset()).not.toBe(0);
    expect(['2021-03-10 10:03:08', '2024-10-12T09:50', '2026-07-01'].map(parseTime)).toEqual(known);
  }
});

test('whatever comes in, it answers a number or undefined', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const read = parseTime(value);
      expect(read === undefined || Number.isInteger(read)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a zone with and without colon says what it says behind a blank, which is read in another way', () => {
  const two = (most: number) => fc.nat(most).map((value) => String(value).padStart(2, '0'));
  fc.assert(
    fc.property(two(25), two(61), two(19), two(61), fc.constantFrom('+', '-'), (hour, minute, h, m, sign) => {
      const local = `2026-11-01T${hour}:${minute}:07`;
      const general = parseTime(`${local} ${sign}${h}${m}`);
      expect(parseTime(`${local}${sign}${h}${m}`)).toBe(general);
      expect(parseTime(`${local}${sign}${h}:${m}`)).toBe(general);
    }),
    { numRuns: 3000 },
  );
});
