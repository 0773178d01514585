import { InvocationContext, type RetryContext, type TriggerMetadata } from '@azure/functions';
import { expect, test } from 'vitest';
import { eventHub } from '../../functions/event-hub.js';
import { Fault } from '../../shared/core/fault.js';
import type { Ending, Message, Pipeline, RunOptions, Settlement } from '../../shared/core/ports.js';

const NOW = Date.UTC(2026, 10, 22, 8, 0, 0);
const AT = Date.UTC(2026, 10, 21, 21, 13, 1, 427);
const WORK_MS = 480_000;

type Answer = (message: Message, index: number) => Settlement;
const settle: Answer = ({ id }) => ({ id, settled: true, endings: [{ name: 'delivered' }] });

interface Run {
  readonly messages: readonly Message[];
  readonly options: RunOptions;
}

const recorder = (answer: Answer = settle): Pipeline & { runs: Run[] } => {
  const runs: Run[] = [];
  return {
    runs,
    async run(messages, options) {
      runs.push({ messages, options });
      return messages.map(answer);
    },
  };
};

interface Given {
  readonly metadata?: TriggerMetadata;
  readonly retry?: RetryContext;
  readonly cardinality?: 'one' | 'many';
}

const contextOf = ({ metadata, retry, cardinality }: Given): InvocationContext =>
  new InvocationContext({
    invocationId: 'inv-1',
    functionName: 'audience-exports',
    ...(metadata === undefined ? {} : { triggerMetadata: metadata }),
    ...(retry === undefined ? {} : { retryContext: retry }),
    ...(cardinality === undefined
      ? {}
      : { options: { trigger: { type: 'eventHubTrigger', name: 'in', cardinality } } }),
  });

const handle = async (payload: unknown, given: Given = {}, pipeline = recorder()): Promise<Run> => {
  const handler = eventHub(pipeline, { clock: { now: () => NOW }, workMs: WORK_MS });
  await handler(payload, contextOf(given));
  expect(pipeline.runs).toHaveLength(1);
  const [run] = pipeline.runs;
  if (run === undefined) throw new Error('the pipeline was not run');
  return run;
};

const PARTITION = {
  isCheckpointingAfterInvocation: true,
  fullyQualifiedNamespace: '127.0.0.1',
  eventHubName: 'aep-exports',
  consumerGroup: 'tributary',
  partitionId: '0',
};

/** The metadata of a batch as worker and library leave it: string arrays converted, keys re-cased. */
const many = (count: number, over: TriggerMetadata = {}): TriggerMetadata => ({
  partitionContext: PARTITION,
  partitionKeyArray: Array.from({ length: count }, (_, i) => i),
  offsetArray: Array.from({ length: count }, (_, i) => i * 100),
  sequenceNumberArray: Array.from({ length: count }, (_, i) => 40 + i),
  enqueuedTimeUtcArray: Array.from({ length: count }, (_, i) => `2026-11-21T21:13:0${1 + i}.427`),
  propertiesArray: Array.from({ length: count }, () => ({})),
  systemPropertiesArray: Array.from({ length: count }, (_, i) => ({
    partitionKey: '0042',
    sequenceNumber: 40 + i,
    offset: String(i * 100),
    enqueuedTimeUtc: `2026-11-21T21:13:0${1 + i}.427`,
  })),
  ...over,
});

const one = (over: TriggerMetadata = {}): TriggerMetadata => ({
  partitionContext: PARTITION,
  offset: '100',
  sequenceNumber: 40,
  enqueuedTimeUtc: '2026-11-21T21:13:01.427',
  properties: {},
  systemProperties: { sequenceNumber: 40, enqueuedTimeUtc: '2026-11-21T21:13:01.427' },
  ...over,
});

test('every kind of body the host may convert to reaches the pipeline as it is, empty ones too', async () => {
  const bodies = ['text', { a: 1 }, Buffer.from([0xff]), 42, true, null, '', [1, 2], undefined];
  const { messages } = await handle(bodies, { metadata: many(9), cardinality: 'many' });
  expect(messages.map(({ body }) => body)).toEqual(bodies);
});

test('id is partition and sequence number, time is the enqueued time, source names the hub', async () => {
  const { messages } = await handle(['a', 'b'], { metadata: many(2), cardinality: 'many' });
  expect(messages).toEqual([
    { id: '0/40', body: 'a', at: AT, source: 'eventhub:aep-exports' },
    { id: '0/41', body: 'b', at: AT + 1000, source: 'eventhub:aep-exports' },
  ]);
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
  expect(messages).toEqual([{ id: '0/40', body: [1, 2], at: AT, source: 'eventhub:aep-exports' }]);
});

test('cardinality one without systemProperties reads the plain fields', async () => {
  const { messages } = await handle({ a: 1 }, { metadata: one({ systemProperties: undefined }) });
  expect(messages).toEqual([{ id: '0/40', body: { a: 1 }, at: AT, source: 'eventhub:aep-exports' }]);
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
  await expect(handle(['a'], {}, pipeline)).rejects.toThrow('1 of 1 events stay with Event Hubs');
});

test('an answer that is missing counts as unsettled', async () => {
  const silent: Pipeline = { run: async () => [] };
  const handler = eventHub(silent, { clock: { now: () => NOW }, workMs: WORK_MS });
  await expect(handler(['a'], contextOf({}))).rejects.toThrow('answered for 0 of 1 events');
});

test('a pipeline that throws is a failed attempt', async () => {
  const broken: Pipeline = {
    run: async () => {
      throw new Fault('store.unavailable', 'no answer');
    },
  };
  const handler = eventHub(broken, { clock: { now: () => NOW }, workMs: WORK_MS });
  await expect(handler(['a'], contextOf({}))).rejects.toThrow('no answer');
});
