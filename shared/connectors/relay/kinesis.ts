import { Buffer } from 'node:buffer';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { kinesisAppender } from '../../stores/kinesis-appender.js';
import type { ConnectorDeps } from '../deps.js';
import { awsOptions, inRegion } from './aws.js';
import { type AwsAnswering, fromAwsError, lookAt } from './aws-answer.js';
import type { KinesisConfig } from './config.js';
import { fromFate } from './fate.js';
import type { Sink } from './sink.js';

/** A Kinesis stream as a target; one shard has all messages about one row. */
export async function kinesisSink(
  connection: string,
  config: KinesisConfig,
  deps: ConnectorDeps,
): Promise<Sink> {
  const { stream } = config;
  const client = await inRegion(connection, new KinesisClient(await awsOptions(connection, config, deps)));
  const appender = kinesisAppender({ client, stream });
  const answering: AwsAnswering = {
    connection,
    place: `the stream ${stream}`,
    right: 'kinesis:PutRecords',
  };
  return {
    async publish(messages, signal) {
      const entries = messages.map(({ key, text }) => ({ key, body: Buffer.from(text) }));
      const fates = await appender.append(entries, signal);
      return messages.map((_, i) =>
        fromFate(connection, fates[i], (error) => fromAwsError(answering, error, signal)),
      );
    },
    look: (signal) =>
      lookAt({ ...answering, right: 'kinesis:DescribeStreamSummary' }, signal, async () => {
        const command = new DescribeStreamSummaryCommand({ StreamName: stream });
        const { StreamDescriptionSummary: found } = await client.send(command, { abortSignal: signal });
        return `the stream ${stream} is ${found?.StreamStatus ?? 'there'}, with ${found?.OpenShardCount ?? '?'} shards`;
      }),
    close: async () => client.destroy(),
  };
}
