import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../shared/connectors/wire/retry-after.js';
import { T0 } from '../fakes.js';

const in90s = new Date(T0 + 90_000).toUTCString();

test.each([
  ['2', 2000],
  [' 2 ', 2000],
  ['0', 0],
  ['1.5', 1500],
  ['0.0004', 0],
  ['86400', 86_400_000],
  [in90s, 90_000],
  ['Sunday, 01-Nov-26 12:01:30 GMT', 90_000],
  ['Sun Nov  1 12:01:30 2026', 90_000],
  [new Date(T0 - 90_000).toUTCString(), 0],
])('%j is a wait of %d ms', (header, ms) => {
  expect(retryAfterMs(header, T0)).toBe(ms);
});

test.each([
  null,
  '',
  'soon',
  '-5',
  '1e3',
  'Infinity',
  '1,5',
  '0x10',
  '99999999999',
  'in 5 minutes',
  '2026-11-01',
  'Sun, 99 Nov 2026 99:99:99 GMT',
])('%j is no hint', (header) => {
  expect(retryAfterMs(header, T0)).toBeUndefined();
});
