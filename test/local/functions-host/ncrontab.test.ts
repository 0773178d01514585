import { expect, test } from 'vitest';
import { schedule } from '../../../local/functions-host/ncrontab.js';

const at = (text: string): Date => new Date(`2026-09-01T${text}Z`); // a Tuesday

test.each([
  ['0 */5 * * * *', ['10:00:00', '10:55:00'], ['10:01:00', '10:05:01']],
  ['*/15 * * * * *', ['10:00:15', '23:59:45'], ['10:00:16']],
  ['0 30 9-11,14 * * *', ['09:30:00', '11:30:00', '14:30:00'], ['12:30:00', '09:31:00']],
  ['0 0 8 * * 2', ['08:00:00'], ['09:00:00']],
  ['0 0 8 2 * *', [], ['08:00:00']],
])('%s', (text, due, others) => {
  const isDue = schedule(text);
  expect(due.filter((time) => !isDue(at(time)))).toEqual([]);
  expect(others.filter((time) => isDue(at(time)))).toEqual([]);
});

test('what is no schedule with seconds is refused', () => {
  for (const text of ['*/5 * * * *', '0 MON * * * *', '']) expect(() => schedule(text)).toThrow();
});
