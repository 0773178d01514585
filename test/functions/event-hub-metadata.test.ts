import { afterAll, beforeAll, expect, test } from 'vitest';
import { AT, handle, many, NOW, PARTITION } from './event-hub-fixture.js';

// Read as local time, a time without zone is right by chance wherever the machine's zone is UTC.
const zone = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'America/New_York';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

test('systemPropertiesArray is believed before the arrays beside it', async () => {
  const metadata = many(1, { sequenceNumberArray: [7], enqueuedTimeUtcArray: ['2020-01-01T00:00:00'] });
  const { messages } = await handle(['a'], { metadata });
  expect(messages[0]).toMatchObject({ id: '0/40', at: AT });
});

test.each([
  ['absent', undefined],
  ['without the two fields', [{ partitionKey: 'a' }, {}]],
  ['unreadable', ['x', null]],
  ['not an array', 'x'],
])('systemPropertiesArray %s: the arrays beside it fill in', async (_, systemPropertiesArray) => {
  const { messages } = await handle(['a', 'b'], { metadata: many(2, { systemPropertiesArray }) });
  expect(messages.map(({ id, at }) => [id, at])).toEqual([
    ['0/40', AT],
    ['0/41', AT + 1000],
  ]);
});

test.each([
  ['a Long', { low: 41, high: 0, unsigned: false }, '0/41'],
  ['a Long with the sign bit of its low half set', { low: -1, high: 0, unsigned: false }, '0/4294967295'],
  ['a Long beyond 32 bits', { low: 5, high: 3, unsigned: false }, '0/12884901893'],
  ['a Long beyond 53 bits', { low: 1, high: 0x200000, unsigned: false }, '0/9007199254740993'],
  ['a numeric string', '41', '0/41'],
  ['a big number', 1e15, '0/1000000000000000'],
  ['zero', 0, '0/0'],
])('a sequence number may be %s', async (_, sequence, id) => {
  const metadata = many(1, { systemPropertiesArray: undefined, sequenceNumberArray: [sequence] });
  expect((await handle(['a'], { metadata })).messages[0]?.id).toBe(id);
});

test.each([
  ['without zone, seven digits of fraction', '2026-11-21T21:13:01.4271234', AT],
  ['without fraction', '2026-11-21T21:13:01', AT - 427],
  ['with Z', '2026-11-21T21:13:01.427Z', AT],
  ['with an offset', '2026-11-21T23:13:01.427+02:00', AT],
  ['year 1, .NET for unset', '0001-01-01T00:00:00', NOW],
  ['not a time', 'soon', NOW],
  ['a number', 5, NOW],
])('an enqueued time %s', async (_, time, at) => {
  const metadata = many(1, { systemPropertiesArray: undefined, enqueuedTimeUtcArray: [time] });
  expect((await handle(['a'], { metadata })).messages[0]?.at).toBe(at);
});

test('a numeric partition id, as a conversion might leave it, reads the same', async () => {
  const metadata = many(1, { partitionContext: { ...PARTITION, partitionId: 3 } });
  expect((await handle(['a'], { metadata })).messages[0]?.id).toBe('3/40');
});
