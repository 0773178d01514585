import { app } from '@azure/functions';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeHubBatch } from '../../../local/functions-host/event-hub-encoder.js';
import { ENQUEUED, hubBatch, TEXT } from './hub-batches.js';
import { HANDLER_NOW, libraryApp } from './library-app.js';

const BYTES = { ...TEXT, binary: true };
const ONE = { ...TEXT, many: false };

const { core, deliver, bindingName, lines } = libraryApp();
let capabilities: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  app.setup({ capabilities: { IncludeEmptyEntriesInMessagePayload: true } });
  app.eventHub('throws-text', {
    connection: 'C',
    eventHubName: 'h',
    retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 5 } },
    handler: async (_, context) => {
      context.warn('about to fail');
      throw 'x';
    },
  });
  capabilities = await core.finishStartup('/app');
});

afterAll(() => core.uninstall());

const failing = () => encodeHubBatch(hubBatch(['a']), { ...ONE, bindingName: bindingName('throws-text') });

test('the library registers through the stand-in and gives the capability as text', () => {
  expect([...core.functions.keys()]).toEqual(['many', 'one', 'throws-text']);
  expect(capabilities).toMatchObject({ IncludeEmptyEntriesInMessagePayload: 'true' });
  expect(core.functions.get('many')?.bindings[bindingName('many')]).toMatchObject({
    type: 'eventHubTrigger',
    direction: 'in',
    eventHubName: '%H%',
    cardinality: 'many',
  });
  expect(core.functions.get('throws-text')?.retryOptions).toMatchObject({
    retryStrategy: 'fixedDelay',
    delayInterval: { seconds: 5 },
  });
});

test('text: the library parses what looks like JSON, and empty bodies arrive', async () => {
  const bodies = ['{"a":1}', 'plain', '42', '"q"', 'true', 'null', '', '0012', '12345678901234567890', '[1]'];
  const { messages } = await deliver('many', hubBatch(bodies), TEXT);
  expect(messages.map(({ body }) => body)).toEqual([
    { a: 1 },
    'plain',
    42,
    'q',
    true,
    null,
    '',
    '0012',
    12345678901234567000,
    [1],
  ]);
  expect(messages.map(({ id }) => id)).toEqual(bodies.map((_, i) => `3/${40 + i}`));
});

test('bytes: nothing is parsed, rounded or replaced', async () => {
  const bodies = [Buffer.from([0xff, 0xfe, 0x00]), '12345678901234567890', '', '{"a":1}', { b: 2 }, null];
  const { messages } = await deliver('many', hubBatch(bodies), BYTES);
  expect(messages.map(({ body }) => body)).toEqual([
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.from('12345678901234567890'),
    Buffer.alloc(0),
    Buffer.from('{"a":1}'),
    Buffer.from('{"b":2}'),
    Buffer.alloc(0),
  ]);
});

test('as text, bytes that are not UTF-8 are replaced: the reason for asking for bytes', async () => {
  const { messages } = await deliver('many', hubBatch([Buffer.from([0xff])]), TEXT);
  expect(messages[0]?.body).toBe('\ufffd');
});

test('place, time and source survive every encoding', async () => {
  const expected = { id: '3/40', at: ENQUEUED, source: 'eventhub:aep-exports' };
  const encodings = [TEXT, BYTES, { ...TEXT, longs: true }];
  for (const how of encodings)
    expect((await deliver('many', hubBatch(['a']), how)).messages).toMatchObject([expected]);
  for (const how of [ONE, { ...ONE, binary: true }]) {
    expect((await deliver('one', hubBatch(['a']), how)).messages).toMatchObject([expected]);
  }
});

test('Long sequence numbers arrive as objects and are read exactly', async () => {
  const batch = hubBatch(['a'], { sequenceNumber: 2 ** 40 + 5 });
  const { context, messages } = await deliver('many', batch, { ...TEXT, longs: true });
  expect(context.triggerMetadata?.sequenceNumberArray).toEqual([{ low: 5, high: 256, unsigned: false }]);
  expect(messages[0]?.id).toBe(`3/${2 ** 40 + 5}`);
});

test('metadata arrives with the library’s conversions', async () => {
  const batch = hubBatch(['a'], {
    partitionKey: '0042',
    properties: { Kind: 'k', 'x-opt-a': { Deep: 1n } },
    systemProperties: { messageId: 'm' },
  });
  const { context } = await deliver('many', batch, TEXT);
  expect(context.triggerMetadata).toMatchObject({
    partitionContext: { partitionId: '3', isCheckpointingAfterInvocation: true },
    partitionKeyArray: ['0042'],
    offsetArray: [4000],
    enqueuedTimeUtcArray: ['2026-11-21T21:13:01.42'],
    propertiesArray: [{ kind: 'k', 'x-opt-a': { deep: 1 } }],
    systemPropertiesArray: [{ partitionKey: '0042', sequenceNumber: 40, offset: '4000', messageId: 'm' }],
  });
});

test('cardinality one: a JSON array is one event, a null key is left out', async () => {
  const plain = await deliver('one', hubBatch(['[1,2]']), ONE);
  expect(plain.messages).toMatchObject([{ id: '3/40', body: [1, 2] }]);
  expect(plain.context.triggerMetadata).not.toHaveProperty('partitionKey');
  const keyed = await deliver('one', hubBatch(['a'], { partitionKey: '123' }), ONE);
  expect(keyed.context.triggerMetadata).toMatchObject({
    partitionKey: 123,
    offset: 4000,
    sequenceNumber: 40,
  });
});

test('cardinality one takes exactly one event', async () => {
  await expect(deliver('one', hubBatch(['a', 'b']), ONE)).rejects.toThrow('one event');
});

test('the retry context reaches the handler', async () => {
  const retry = { retryCount: 2, maxRetryCount: 2, exception: { message: 'm', stackTrace: 's' } };
  const { context, options } = await deliver('many', hubBatch(['a']), TEXT, retry);
  expect(context.retryContext).toEqual(retry);
  expect(options).toEqual({
    redelivers: false,
    deadline: HANDLER_NOW + 1,
    invocation: context.invocationId,
  });
});

test('what is thrown comes out as an Error, what is logged reaches the sink', async () => {
  await expect(core.invoke('throws-text', failing())).rejects.toThrow(new Error('x'));
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'warning',
      category: 'user',
      message: 'about to fail',
      functionId: 'throws-text',
    }),
  );
});

test('hooks run around the handler and may change what it gets and what it answers', async () => {
  const order: string[] = [];
  const before = app.hook.preInvocation((hook) => {
    order.push('before');
    hook.inputs = [['replaced']];
  });
  const after = app.hook.postInvocation((hook) => {
    order.push(`after ${String(hook.inputs)} ${String(hook.error)}`);
    hook.error = null;
  });
  expect((await deliver('many', hubBatch(['a']), TEXT)).payload).toEqual(['replaced']);
  await expect(core.invoke('throws-text', failing())).resolves.toBeDefined();
  expect(order).toEqual(['before', 'after replaced null', 'before', 'after replaced Error: x']);
  before.dispose();
  after.dispose();
  expect((await deliver('many', hubBatch(['a']), TEXT)).payload).toEqual(['a']);
});

test('a hook may replace the handler', async () => {
  const called: unknown[] = [];
  const before = app.hook.preInvocation((hook) => {
    hook.functionHandler = (payload) => called.push(payload);
  });
  await core.invoke('throws-text', failing());
  before.dispose();
  expect(called).toEqual(['a']);
});

test('after startup nothing can be registered; an unknown function cannot be run', async () => {
  const late = () => app.eventHub('late', { connection: 'C', eventHubName: 'h', handler: () => undefined });
  expect(late).toThrow('during app startup');
  await expect(core.invoke('late', { inputData: [], triggerMetadata: {} })).rejects.toThrow(
    'No function "late"',
  );
});
