import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENQUEUED, hubBatch, TEXT } from './hub-batches.js';
import { libraryApp } from './library-app.js';

const { core, deliver } = libraryApp();
const DROPPING = { ...TEXT, emptyEntries: false };

beforeAll(async () => {
  expect(await core.finishStartup('/app')).not.toHaveProperty('IncludeEmptyEntriesInMessagePayload');
});

afterAll(() => core.uninstall());

test('text: the host drops empty bodies, so positions are not claimed and times are not later than true', async () => {
  const { messages, context } = await deliver('many', hubBatch(['', '{"a":1}', 'b']), DROPPING);
  const origin = { at: ENQUEUED, source: 'eventhub:aep-exports', partition: '3' };
  expect(messages).toEqual([
    { id: `${context.invocationId}/0`, body: { a: 1 }, ...origin },
    { id: `${context.invocationId}/1`, body: 'b', ...origin },
  ]);
});

test('text: missing keys shorten the key array, which nothing here relies on', async () => {
  const { messages, context } = await deliver('many', hubBatch(['a', 'b']), DROPPING);
  expect(context.triggerMetadata?.partitionKeyArray).toEqual([]);
  expect(messages.map(({ id }) => id)).toEqual(['3/40', '3/41']);
});

test('bytes: empty bodies arrive without the capability too', async () => {
  const { messages } = await deliver('many', hubBatch(['', 'b']), { ...DROPPING, binary: true });
  expect(messages).toMatchObject([
    { id: '3/40', body: Buffer.alloc(0) },
    { id: '3/41', body: Buffer.from('b') },
  ]);
});
