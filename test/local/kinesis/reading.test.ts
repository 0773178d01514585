import { type KinesisClient, ProvisionedThroughputExceededException } from '@aws-sdk/client-kinesis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEventSourceMapping } from '../../../local/event-source-mapping/mapping.js';
import type { Invoke } from '../../../local/lambda-invoker.js';
import { hurriedClock, spin, until } from './hurried-clock.js';
import { invoker, put, readEvent, SETTINGS, stream, watch } from './mapping-fixture.js';

/** Runs `before` each time the client is asked for `command`, with the number of the call. */
function intercept(client: KinesisClient, command: string, before: (call: number) => void): void {
  let call = 0;
  client.middlewareStack.add(
    (next, context) => (args) => {
      if ('commandName' in context && context.commandName === command) before(call++);
      return next(args);
    },
    // Outside the SDK's own retries, which would only hide the error for a while.
    { step: 'initialize', priority: 'high' },
  );
}

test('an iterator that expired while a batch was held is renewed behind the last record read', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const kinesis = await stream();
  const client = kinesis.client();
  await put(client, ['k:one', 'k:two']);
  const texts: string[] = [];
  let release = (): void => {};
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  const invoke: Invoke = async (event) => {
    await blocked;
    texts.push(...readEvent(event).map(({ text }) => text));
    return { requestId: 'r' };
  };
  const reader = kinesis.client();
  let expired = 0;
  reader.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && error.name === 'ExpiredIteratorException') expired += 1;
        throw error;
      }
    },
    { step: 'initialize' },
  );
  const mapping = await watch(kinesis, invoke, { client: reader });
  await until('the first batch is open', () => mapping.stats().behind === 2);
  vi.setSystemTime(Date.now() + 6 * 60_000); // kinesalite, like Kinesis, gives an iterator five minutes
  await put(client, ['k:three']);
  release();
  await until('all three records', () => mapping.stats().records === 3);
  expect(expired).toBe(1);
  expect(texts).toEqual(['k:one', 'k:two', 'k:three']);
  expect(mapping.errors).toEqual([]);
});

test('a throttled read is tried again and tells nobody; another error is told of, and reading goes on', async () => {
  const kinesis = await stream();
  await put(kinesis.client(), ['k:one']);
  const reader = kinesis.client();
  const broken = new Error('connection reset');
  intercept(reader, 'GetRecordsCommand', (call) => {
    const throttled = { message: 'slow down', $metadata: {} };
    if (call < 3) throw new ProvisionedThroughputExceededException(throttled);
    if (call === 3) throw broken;
  });
  const mapping = await watch(
    kinesis,
    invoker(() => null),
    { client: reader },
  );
  await until('the record', () => mapping.stats().records === 1);
  expect(mapping.errors).toEqual([broken]);
});

test('a stream that does not exist is a fault at the start; a disabled mapping reads nothing', async () => {
  const kinesis = await stream();
  await put(kinesis.client(), ['k:one']);
  let listed = 0;
  const reader = kinesis.client();
  intercept(reader, 'ListShardsCommand', () => {
    listed += 1;
  });
  const mapping = await watch(
    kinesis,
    invoker(() => null),
    { settings: { enabled: false }, client: reader },
  );
  await spin(100);
  expect(listed).toBe(0);
  expect(mapping.stats()).toEqual({ invocations: 0, records: 0, discarded: 0, behind: 0 });
  const start = startEventSourceMapping({
    client: reader,
    streamName: 'nobody-made-this',
    settings: SETTINGS,
    invoke: invoker(() => null),
    onFailure: async () => {},
    clock: hurriedClock(),
  });
  await expect(start).rejects.toMatchObject({ code: 'config.unknown-name' });
});
