import { expect, test } from 'vitest';
import { liquidDate } from '../../shared/tools/liquid-date.js';

test.each([
  ['%Y-%m-%d %H:%M:%S', '2026-03-05 14:05:09'],
  ['%F %T %D %R', '2026-03-05 14:05:09 03/05/26 14:05'],
  ['%A %a %B %b %e %-d %-m', 'Thursday Thu March Mar  5 5 3'],
  ['%I:%M %p %P', '02:05 PM pm'],
  ['%j %y %L %s %z', '064 26 070 1772719509 +0000'],
  ['100%% %Q %', '100% %Q %'],
])('%s', (format, expected) => {
  expect(liquidDate('2026-03-05T14:05:09.070Z', format)).toBe(expected);
});

test.each([
  ['Europe/Berlin', '2026-03-05 15:05 +0100'],
  ['America/St_Johns', '2026-03-05 10:35 -0330'],
  ['Asia/Tokyo', '2026-03-05 23:05 +0900'],
])('in %s', (zone, expected) => {
  expect(liquidDate('2026-03-05T14:05:09Z', '%Y-%m-%d %H:%M %z', zone)).toBe(expected);
});

test('a day is the same in every zone, midnight is 00 and noon is 12', () => {
  expect(liquidDate('1990-05-17', '%d.%m.%Y', 'America/New_York')).toBe('17.05.1990');
  expect(liquidDate('1990-05-17', '%H %I %p')).toBe('00 12 AM');
  expect(liquidDate('1990-05-17T12:00:00Z', '%H %I %p')).toBe('12 12 PM');
  expect(liquidDate('0099-12-31', '%Y %j')).toBe('0099 365');
});

test.each(['now', 'today', '', 'soon', null, undefined, true, {}, []])('leaves %j as it is', (value) => {
  expect(liquidDate(value, '%Y')).toBe(value);
});
