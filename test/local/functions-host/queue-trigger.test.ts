import { setTimeout as delay } from 'node:timers/promises';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/emulators/azurite.js';
import type { RunningTrigger } from '../../../local/functions-host/event-hub-trigger.js';
import { parseHostJson } from '../../../local/functions-host/host-json.js';
import { encodeQueueItem, type QueueItem } from '../../../local/functions-host/queue-encoder.js';
import { startQueueTrigger } from '../../../local/functions-host/queue-trigger.js';

let azurite: Azurite | undefined;
let running: RunningTrigger | undefined;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite?.close());
afterEach(() => running?.close());

const queueNamed = (name: string) => new QueueClient(azurite?.connectionString ?? '', name);

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await delay(20);
  }
}

/** The text of a message, and how often it was handed out. */
type Call = readonly [string, number];

function start(name: string, behave: (item: QueueItem) => void, queues: object = {}) {
  const calls: Call[] = [];
  const errors: unknown[] = [];
  const [queue, poison] = [queueNamed(name), queueNamed(`${name}-poison`)];
  let looks = 0;
  const watched: QueueClient = Object.assign(queueNamed(name), {
    async receiveMessages(...args: Parameters<QueueClient['receiveMessages']>) {
      try {
        return await queue.receiveMessages(...args);
      } finally {
        looks += 1;
      }
    },
  });
  running = startQueueTrigger({
    queue: watched,
    poison,
    settings: parseHostJson({ version: '2.0', extensions: { queues } }).queues,
    report: (error) => errors.push(error),
    async run(item) {
      calls.push([Buffer.from(item.bytes).toString(), item.dequeueCount]);
      behave(item);
    },
  });
  const counted = async (which: QueueClient) => (await which.getProperties()).approximateMessagesCount;
  return {
    calls,
    errors,
    queue,
    poison,
    /** How often it has looked into the queue. */
    looks: () => looks,
    left: () => counted(queue),
    poisoned: () => counted(poison),
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a queue that is made later is noticed; what is done is removed', async () => {
  const { calls, errors, queue, looks, left } = start('late', () => undefined);
  await until('it has looked for the queue', () => looks() > 0);
  await queue.create();
  for (const text of ['a', 'b', 'c']) await queue.sendMessage(base64(text));
  await until('all are done', async () => calls.length === 3 && (await left()) === 0);
  expect([...calls].sort()).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  expect(errors).toEqual([]);
});

test('what fails is shown again, and moved to the poison queue when it failed once too often', async () => {
  await queueNamed('failing').create();
  const fails = ({ bytes }: QueueItem): void => {
    if (Buffer.from(bytes).toString() === 'bad') throw new Error('no');
  };
  const { calls, errors, queue, poison, left, poisoned } = start('failing', fails, { maxDequeueCount: 3 });
  for (const text of ['bad', 'good']) await queue.sendMessage(base64(text));
  await until('the queue is empty', async () => (await left()) === 0);
  expect(calls.filter(([text]) => text === 'bad')).toEqual([
    ['bad', 1],
    ['bad', 2],
    ['bad', 3],
  ]);
  expect(calls.filter(([text]) => text === 'good')).toEqual([['good', 1]]);
  expect(errors).toHaveLength(3);
  expect(await poisoned()).toBe(1);
  const { receivedMessageItems } = await poison.receiveMessages();
  expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual([base64('bad')]);
});

test('it waits as long as visibilityTimeout says', async () => {
  await queueNamed('waiting').create();
  const { calls, queue, looks, left } = start(
    'waiting',
    () => {
      throw new Error('no');
    },
    { visibilityTimeout: '01:00:00' },
  );
  await queue.sendMessage(base64('later'));
  await until('it was tried', () => calls.length === 1);
  const before = looks();
  await until('it has looked again', () => looks() > before + 3);
  expect(calls).toEqual([['later', 1]]);
  expect(await left()).toBe(1);
});

test('text that is no base64 goes to the poison queue unread; with messageEncoding none it is taken as it is', async () => {
  await Promise.all([queueNamed('strict').create(), queueNamed('plain').create()]);
  const strict = start('strict', () => undefined);
  await strict.queue.sendMessage('no base64!');
  await until('it is moved', async () => (await strict.left()) === 0);
  expect([strict.calls, await strict.poisoned()]).toEqual([[], 1]);
  await running?.close();
  const plain = start('plain', () => undefined, { messageEncoding: 'none' });
  await plain.queue.sendMessage('no base64!');
  await until('it is done', async () => (await plain.left()) === 0);
  expect(plain.calls).toEqual([['no base64!', 1]]);
});

test('an invocation is what the host sends: text or bytes, and PascalCase metadata', () => {
  const at = new Date('2026-11-21T21:13:01.420Z');
  const item = {
    id: 'i',
    popReceipt: 'p',
    dequeueCount: 2,
    insertedOn: at,
    expiresOn: at,
    nextVisibleOn: at,
  };
  const bytes = Buffer.from('text');
  const time = { json: '"2026-11-21T21:13:01.42+00:00"' };
  expect(encodeQueueItem({ ...item, bytes }, 'in', false)).toEqual({
    inputData: [{ name: 'in', data: { string: 'text' } }],
    triggerMetadata: {
      QueueTrigger: { string: 'text' },
      DequeueCount: { json: '2' },
      Id: { string: 'i' },
      PopReceipt: { string: 'p' },
      InsertionTime: time,
      ExpirationTime: time,
      NextVisibleTime: time,
    },
  });
  expect(encodeQueueItem({ ...item, bytes }, 'in', true).inputData).toEqual([
    { name: 'in', data: { bytes } },
  ]);
});

test.each([
  { batchSize: 33 },
  { visibilityTimeout: '1 minute' },
  { messageEncoding: 'hex' },
  { poison: true },
])('host.json with queues %o is a fault', (queues) => {
  expect(() => parseHostJson({ version: '2.0', extensions: { queues } })).toThrow(/host\.json/);
});
