import { InvocationContext, type Timer } from '@azure/functions';
import { expect, test } from 'vitest';
import { filesOf, pollOf } from '../../functions/files.js';
import type { Arrival } from '../../shared/files/intake/arrivals.js';
import type { Intake } from '../../shared/files/intake/intake.js';
import { orderText } from '../../shared/files/intake/order.js';

const traceParent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
const context = new InvocationContext({
  functionName: 'files',
  invocationId: 'invocation-1',
  traceContext: { traceParent },
});

function lent() {
  const arrived: Arrival[] = [];
  const taken: { text: string; limits: object }[] = [];
  let polls = 0;
  const intake: Intake = {
    arrive: async (arrivals) => void arrived.push(...arrivals),
    take: async (body, limits) => void taken.push({ text: Buffer.from(body).toString(), limits }),
    poll: async () => void polls++,
  };
  const options = { clock: { now: () => 1_000 }, workMs: 480_000 };
  return {
    arrived,
    taken,
    polls: () => polls,
    handler: filesOf(async () => intake, options),
    give: async () => intake,
  };
}

/** https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage */
const gridEvent = (path: string, eventType = 'Microsoft.Storage.BlobCreated') => ({
  topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/acme',
  subject: `/blobServices/default/containers/exports/blobs/${path}`,
  eventType,
  eventTime: '2026-09-01T02:00:00.0000000Z',
  id: '831e1650-001e-001b-66ab-eeb76e069631',
  data: {
    api: 'PutBlob',
    contentLength: 524288,
    blobType: 'BlockBlob',
    url: `https://acme.blob.core.windows.net/exports/${path}`,
  },
  dataVersion: '',
  metadataVersion: '1',
});

test('news of Event Grid in either schema, alone or several at once; what was deleted is none', async () => {
  const { arrived, taken, handler } = lent();
  const cloudEvent = {
    specversion: '1.0',
    type: 'Microsoft.Storage.BlobCreated',
    source: '/subscriptions/s',
    subject: '/blobServices/default/containers/exports/blobs/daily/c d.csv',
    id: '1',
    data: { api: 'FlushWithClose' },
  };
  const bodies: unknown[] = [
    gridEvent('daily/a.csv'),
    [gridEvent('daily/b.csv'), gridEvent('daily/x.csv', 'Microsoft.Storage.BlobDeleted')],
    cloudEvent,
  ];
  for (const body of bodies) await handler(Buffer.from(JSON.stringify(body)), context);
  // As the library hands over a text that is JSON.
  await handler(gridEvent('daily/e.csv'), context);
  expect(arrived.map(({ kind, root, path }) => `${kind} ${root} ${path}`)).toEqual([
    'blob exports daily/a.csv',
    'blob exports daily/b.csv',
    'blob exports daily/c d.csv',
    'blob exports daily/e.csv',
  ]);
  expect(taken).toEqual([]);
});

test('anything else is an order, with a deadline before the time-out of the host', async () => {
  const { arrived, taken, handler } = lent();
  const text = orderText({ work: 'rows', source: 'daily', name: 'a.csv' });
  await handler(Buffer.from(text), context);
  const limits = { deadline: 481_000, invocation: 'invocation-1', traceparent: traceParent };
  expect(taken).toEqual([{ text, limits }]);
  expect(arrived).toEqual([]);
});

test('the timer looks through the places', async () => {
  const { polls, give } = lent();
  await pollOf(give)({} as Timer, context); // not looked at
  expect(polls()).toBe(1);
});
