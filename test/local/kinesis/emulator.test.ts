import { DescribeStreamSummaryCommand, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { expect, onTestFinished, test } from 'vitest';
import { startKinesis } from '../../../local/emulators/kinesis.js';

test('the stream is there, active, with its shards and the region in its ARN', async () => {
  const before = process.env['AWS_REGION'];
  const kinesis = await startKinesis({ streamName: 'tributary-dev-events', shards: 4, region: 'eu-west-1' });
  onTestFinished(() => kinesis.close());
  expect(process.env['AWS_REGION']).toBe(before);
  const StreamName = kinesis.streamName;
  const summary = await kinesis.client().send(new DescribeStreamSummaryCommand({ StreamName }));
  expect(summary.StreamDescriptionSummary).toMatchObject({
    StreamStatus: 'ACTIVE',
    StreamARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/tributary-dev-events',
  });
  const { Shards } = await kinesis.client().send(new ListShardsCommand({ StreamName }));
  expect(Shards).toHaveLength(4);
});

test('a port that is taken is a fault that names it; the port is free again after close', async () => {
  const first = await startKinesis({ streamName: 'first', shards: 1 });
  const port = Number(new URL(first.endpoint).port);
  const second = startKinesis({ streamName: 'second', shards: 1, port });
  await expect(second).rejects.toMatchObject({
    code: 'config.port-in-use',
    message: expect.stringContaining(`port ${port}`),
  });
  await first.close();
  const third = await startKinesis({ streamName: 'third', shards: 1, port });
  expect(third.endpoint).toBe(first.endpoint);
  await third.close();
});

test('close lets a request under way finish, even one whose client is gone', async () => {
  const kinesis = await startKinesis({ streamName: 'busy', shards: 1 });
  const calls = Array.from({ length: 20 }, () =>
    kinesis.client().send(new ListShardsCommand({ StreamName: 'busy' })),
  );
  const settled = Promise.allSettled(calls);
  await new Promise(setImmediate);
  await kinesis.close();
  await settled; // none hangs, and an uncaught error of the emulator would fail this file
});
