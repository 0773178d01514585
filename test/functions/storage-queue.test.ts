import { InvocationContext } from '@azure/functions';
import { expect, test } from 'vitest';
import { replayOf } from '../../functions/replay.js';
import { storageQueue } from '../../functions/storage-queue.js';
import { Fault } from '../../shared/core/fault.js';
import type { Arrival, Replay } from '../../shared/pipeline/replay.js';

const NOW = 1_700_000_000_000;
const OPTIONS = { clock: { now: () => NOW }, workMs: 480_000 };
const BODY = Buffer.from('VEtNAQ==');

const context = (triggerMetadata: Record<string, unknown> = {}) =>
  new InvocationContext({ functionName: 'parked-records', invocationId: 'invocation-1', triggerMetadata });

function replayLeaving(why?: unknown) {
  const runs: { arrivals: readonly Arrival[]; options: object }[] = [];
  const replay: Replay = async (arrivals, options) => {
    runs.push({ arrivals, options });
    return new Map(why === undefined ? [] : arrivals.map(({ id }) => [id, why]));
  };
  return { replay, runs };
}

test('a message becomes an arrival: id, bytes, when it was sent', async () => {
  const { replay, runs } = replayLeaving();
  const metadata = { id: 'abc', insertionTime: '2026-11-21T21:13:01.427+00:00', dequeueCount: 1 };
  await storageQueue(replay, OPTIONS)(BODY, context(metadata));
  const at = Date.UTC(2026, 10, 21, 21, 13, 1, 427);
  expect(runs).toEqual([
    {
      arrivals: [{ id: 'abc', body: BODY, at }],
      options: { deadline: NOW + 480_000, invocation: 'invocation-1' },
    },
  ]);
});

test('the trace in which the host has the invocation is handed on', async () => {
  const { replay, runs } = replayLeaving();
  const traceParent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
  const traced = new InvocationContext({
    functionName: 'f',
    invocationId: 'i',
    traceContext: { traceParent },
  });
  await storageQueue(replay, OPTIONS)(BODY, traced);
  expect(runs[0]?.options).toMatchObject({ invocation: 'i', traceparent: traceParent });
});

test.each<[string, unknown, string]>([
  ['text', 'VEtNAQ==', 'VEtNAQ=='],
  ['JSON that the library has parsed', { a: [1] }, '{"a":[1]}'],
  ['a number', 42, '42'],
  ['nothing', undefined, ''],
])('%s is taken too, with whatever metadata there is', async (_, message, text) => {
  const { replay, runs } = replayLeaving();
  const odd = { id: 7, insertionTime: 'soon', queueTrigger: { id: 'never used' } };
  await storageQueue(replay, OPTIONS)(message, context(odd));
  expect(runs[0]?.arrivals).toMatchObject([{ id: '7', at: NOW, body: Buffer.from(text) }]);
  await storageQueue(replay, OPTIONS)(message, context());
  expect(runs[1]?.arrivals).toMatchObject([{ id: 'invocation-1' }]);
});

test('what could be kept nowhere is thrown, so that the host shows it again', async () => {
  const { replay } = replayLeaving(new Fault('park.unavailable', 'the queue is gone'));
  await expect(storageQueue(replay, OPTIONS)(BODY, context())).rejects.toMatchObject({
    code: 'park.unavailable',
    message: 'park.unavailable: the message stays with the queue: the queue is gone',
  });
});

test('a crash fails the invocation without quoting the personal data in its message', async () => {
  const { replay } = replayLeaving(new TypeError('ada@example.com'));
  const failed = Promise.resolve(replayOf(async () => replay, OPTIONS)(BODY, context())).catch(String);
  expect(await failed).toContain('TypeError');
  expect(await failed).not.toContain('ada@example.com');
});

test('the pipeline is asked for at the call: a fault of the settings fails the invocation, not the start', async () => {
  let asked = 0;
  const handler = replayOf(async () => {
    asked++;
    throw new Fault('config.missing-setting', 'No CRM is configured.');
  }, OPTIONS);
  expect(asked).toBe(0);
  await expect(handler(BODY, context())).rejects.toMatchObject({ code: 'config.missing-setting' });
});
