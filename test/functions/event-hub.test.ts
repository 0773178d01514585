import { InvocationContext, type RetryContext } from '@azure/functions';
import { expect, test } from 'vitest';
import { eventHub } from '../../functions/event-hub.js';
import { Fault } from '../../shared/core/fault.js';
import type { Ending, Pipeline } from '../../shared/core/ports.js';
import { AT, contextOf, type Given, handle, many, NOW, one, recorder, WORK_MS } from './event-hub-fixture.js';

test('every kind of body the host may convert to reaches the pipeline as it is, empty ones too', async () => {
  const bodies = ['text', { a: 1 }, Buffer.from([0xff]), 42, true, null, '', [1, 2], undefined];
  const { messages } = await handle(bodies, { metadata: many(9), cardinality: 'many' });
  expect(messages.map(({ body }) => body)).toEqual(bodies);
});

test('id is partition and sequence number, time is the enqueued time, source names the hub', async () => {
  const { messages } = await handle(['a', 'b'], { metadata: many(2), cardinality: 'many' });
  expect(messages).toEqual([
    { id: '0/40', body: 'a', at: AT, source: 'eventhub:aep-exports', partition: '0' },
    { id: '0/41', body: 'b', at: AT + 1000, source: 'eventhub:aep-exports', partition: '0' },
  ]);
});

test('dropped empty bodies: positions are not trusted, times are only ever earlier', async () => {
  const { messages } = await handle(['b', 'c'], { metadata: many(3), cardinality: 'many' });
  expect(messages.map(({ id, at }) => [id, at])).toEqual([
    ['inv-1/0', AT],
    ['inv-1/1', AT + 1000],
  ]);
});

test.each([
  ['none', undefined],
  ['empty', {}],
  ['unreadable', { partitionContext: 7, systemPropertiesArray: 7, sequenceNumber: {} }],
])('metadata %s: invocation and index, the clock, an unknown hub', async (_, metadata) => {
  const { messages } = await handle(['a', 'b'], metadata === undefined ? {} : { metadata });
  expect(messages).toEqual([
    { id: 'inv-1/0', body: 'a', at: NOW, source: 'eventhub:unknown' },
    { id: 'inv-1/1', body: 'b', at: NOW, source: 'eventhub:unknown' },
  ]);
});

test('without a partition the sequence number alone is no position', async () => {
  const metadata = many(1, { partitionContext: undefined });
  expect((await handle(['a'], { metadata })).messages[0]).toMatchObject({ id: 'inv-1/0', at: AT });
});

test.each<[string, Given]>([
  ['said by the binding', { cardinality: 'one', metadata: one() }],
  ['seen in the metadata', { metadata: one() }],
])('cardinality one, %s: an array is one event', async (_, given) => {
  const { messages } = await handle([1, 2], given);
  expect(messages).toEqual([
    { id: '0/40', body: [1, 2], at: AT, source: 'eventhub:aep-exports', partition: '0' },
  ]);
});

test('cardinality one without systemProperties reads the plain fields', async () => {
  const { messages } = await handle({ a: 1 }, { metadata: one({ systemProperties: undefined }) });
  expect(messages).toEqual([
    { id: '0/40', body: { a: 1 }, at: AT, source: 'eventhub:aep-exports', partition: '0' },
  ]);
});

test('cardinality many: an array inside the array is one body', async () => {
  const { messages } = await handle([[1, 2], 'b'], { metadata: many(2), cardinality: 'many' });
  expect(messages.map(({ body }) => body)).toEqual([[1, 2], 'b']);
});

test('an empty batch is run and settled', async () => {
  expect((await handle([], { metadata: many(0), cardinality: 'many' })).messages).toEqual([]);
});

test('new work ends before the host would kill the worker', async () => {
  expect((await handle(['a'])).options.deadline).toBe(NOW + WORK_MS);
});

test.each<[string, RetryContext | undefined, boolean]>([
  ['first attempt', undefined, true],
  ['second of three', { retryCount: 1, maxRetryCount: 2 }, true],
  ['third of three', { retryCount: 2, maxRetryCount: 2 }, false],
  ['beyond the last', { retryCount: 3, maxRetryCount: 2 }, false],
  ['endless policy', { retryCount: 1_000, maxRetryCount: -1 }, true],
])('%s: redelivers is %s', async (_, retry, redelivers) => {
  const { options } = await handle(['a'], retry === undefined ? {} : { retry });
  expect(options.redelivers).toBe(redelivers);
});

const held = (fault?: Fault): Ending => ({ name: 'held', ...(fault === undefined ? {} : { fault }) });

test('an unsettled message makes the batch come again, and the error says why', async () => {
  const down = new Fault('remote.unavailable', 'sales answered 503');
  const late = new Fault('run.deadline', 'no time left');
  const pipeline = recorder(({ id }, index) => ({
    id,
    settled: index === 0,
    endings: index === 0 ? [{ name: 'delivered' }] : [{ name: 'stale' }, held(index === 1 ? down : late)],
  }));
  const thrown = await handle(['a', 'b', 'c'], { metadata: many(3) }, pipeline).catch(
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Fault);
  expect(thrown).toMatchObject({
    code: 'remote.unavailable',
    message: 'remote.unavailable: 2 of 3 events stay with Event Hubs, first 0/41: sales answered 503',
    cause: down,
  });
});

test('a fault on a settled message is nobody else’s business', async () => {
  const fault = new Fault('decode.json', 'not JSON');
  const pipeline = recorder(({ id }) => ({ id, settled: true, endings: [{ name: 'malformed', fault }] }));
  await expect(handle(['a'], {}, pipeline)).resolves.toBeDefined();
});

test('unsettled without a reason still holds', async () => {
  const pipeline = recorder(({ id }) => ({ id, settled: false, endings: [held()] }));
  await expect(handle(['a'], {}, pipeline)).rejects.toThrow('1 of 1 event stay with Event Hubs');
});

test('an answer that is missing counts as unsettled', async () => {
  const pipeline: Pipeline = { run: async () => [{ id: '0/40', settled: true, endings: [] }] };
  const handler = eventHub(pipeline, { clock: { now: () => NOW }, workMs: WORK_MS });
  await expect(handler(['a', 'b'], contextOf({ metadata: many(2) }))).rejects.toThrow('1 of 2 events');
});

test('answers are matched by id, whatever their order', async () => {
  const pipeline: Pipeline = {
    run: async (messages) => messages.map(({ id }) => ({ id, settled: true, endings: [] })).reverse(),
  };
  const handler = eventHub(pipeline, { clock: { now: () => NOW }, workMs: WORK_MS });
  await expect(handler(['a', 'b'], contextOf({ metadata: many(2) }))).resolves.toBeUndefined();
});

test('a pipeline that throws is a failed attempt', async () => {
  const broken: Pipeline = {
    run: async () => {
      throw new Fault('store.contended', 'no answer');
    },
  };
  const handler = eventHub(broken, { clock: { now: () => NOW }, workMs: WORK_MS });
  await expect(handler(['a'], contextOf({}))).rejects.toThrow('no answer');
});

test('the reason is that of the record which is held, not of one beside it that ended for good', async () => {
  const pipeline = recorder(({ id }) => ({
    id,
    settled: false,
    endings: [
      { name: 'unaddressed', fault: new Fault('person.unaddressed', 'no key') },
      { name: 'held', fault: new Fault('remote.unavailable', 'HTTP 503') },
    ],
  }));
  await expect(handle(['a'], {}, pipeline)).rejects.toThrow('HTTP 503');
});

test('the trace in which the host has the invocation is handed on; without one there is none', async () => {
  const traceParent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
  const pipeline = recorder();
  const handler = eventHub(pipeline, { clock: { now: () => NOW }, workMs: WORK_MS });
  const context = new InvocationContext({
    functionName: 'f',
    invocationId: 'inv-1',
    traceContext: { traceParent },
  });
  await handler(['a'], context);
  expect(pipeline.runs[0]?.options.traceparent).toBe(traceParent);
  expect((await handle(['a'])).options).not.toHaveProperty('traceparent');
});
