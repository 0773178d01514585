import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateText } from '../../shared/tools/date.js';

const at = Date.parse('2026-11-01T08:05:09.070Z') * 1000 + 999;

/** What a format gives; the fault's message when it is none. */
function text(format: string, zone = 'UTC', micros = at): string {
  const made = dateText(format, zone);
  return made.ok ? made.value(micros) : made.fault.message;
}

test.each([
  ['yyyy yy y', '2026 26 2026'],
  ['MMMM MMM MM M', 'November Nov 11 11'],
  ['dd d', '01 1'],
  ['EEEE EEE', 'Sunday Sun'],
  ['HH H hh h a', '08 8 08 8 AM'],
  ['mm m ss s SSS', '05 5 09 9 070'],
  ['kkkk WW ooo q', '2026 44 305 4'],
  ['X x', '1793520309 1793520309070'],
  ["'at' yyyy'T'", 'at 2026T'],
  ['yyyy/MM, dd.', '2026/11, 01.'],
])('%s', (format, expected) => {
  expect(text(format)).toBe(expected);
});

test.each([
  ['UTC', '08:05 Z +0 +00:00 +0000 UTC'],
  ['Europe/Berlin', '09:05 Z +1 +01:00 +0100 Europe/Berlin'],
  ['America/St_Johns', '04:35 Z -3:30 -03:30 -0330 America/St_Johns'],
  ['Asia/Kolkata', '13:35 Z +5:30 +05:30 +0530 Asia/Kolkata'],
])('in %s', (zone, expected) => {
  expect(text("HH:mm 'Z' Z ZZ ZZZ z", zone)).toBe(expected);
});

test('on both sides of a change of the clocks', () => {
  const hour = (iso: string): string => text('HH:mm ZZ', 'Europe/Berlin', Date.parse(iso) * 1000);
  expect(['2026-10-25T00:59:00Z', '2026-10-25T01:00:00Z'].map(hour)).toEqual([
    '02:59 +02:00',
    '02:00 +01:00',
  ]);
});

test('has English names whatever the language of the machine', () => {
  expect(text('MMMM EEEE a', 'Asia/Tokyo')).toBe('November Sunday PM');
});

test.each(['+02:00', 'Europe/Berln', '', 'local', 'constructor'])('%j is no zone', (zone) => {
  expect(text('yyyy', zone)).toBe(`${JSON.stringify(zone)} is no time zone such as Europe/Berlin or UTC`);
});

test('a format is refused or gives a text for every instant that a timestamp can be', () => {
  const format = fc.array(
    fc.constantFrom('yyyy', 'MM', 'D', 'T', "'x'", "'", 'ZZ', ' ', '-', 'é', 'ttt', 'LLL'),
    { maxLength: 5 },
  );
  const micros = fc.integer({ min: -62_167_219_200_000_000, max: 253_402_300_799_000_000 });
  fc.assert(
    fc.property(format, micros, fc.constantFrom('UTC', 'Asia/Tokyo'), (pieces, instant, zone) => {
      const made = dateText(pieces.join(''), zone);
      const given = made.ok ? made.value(instant) : 'refused';
      expect(typeof given).toBe('string');
      expect(given).not.toMatch(/invalid/i);
    }),
  );
});
