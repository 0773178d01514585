import {
  GetTopicAttributesCommand,
  PublishBatchCommand,
  type PublishBatchCommandOutput,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { awsOptions, inRegion } from './aws.js';
import { type AwsAnswering, awsRequestId, fromAwsError, fromEntry, lookAt } from './aws-answer.js';
import type { SnsConfig } from './config.js';
import type { Message } from './message.js';
import type { Sink } from './sink.js';

const isFifo = (topic: string): boolean => topic.endsWith('.fifo');

/** The region of a topic stands in its ARN. */
const regionOf = (topic: string): string => topic.split(':')[3] ?? '';

const attribute = (value: string) => ({ DataType: 'String', StringValue: value });

const toEntry = ({ id, key, type, text }: Message, i: number, fifo: boolean) => ({
  Id: String(i),
  Message: text,
  // Filter policies of subscriptions see attributes unless they are told to look into the body.
  MessageAttributes: { type: attribute(type) },
  ...(fifo && { MessageGroupId: key, MessageDeduplicationId: id }),
});

/** Entries are answered by their id, in two lists. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
function outcomeOf(
  answering: AwsAnswering,
  { Successful = [], Failed = [] }: PublishBatchCommandOutput,
  id: string,
): Outcome {
  const done = Successful.find(({ Id }) => Id === id);
  const failed = Failed.find(({ Id }) => Id === id);
  if (failed && !done)
    return fromEntry(answering, failed.Code ?? 'UNKNOWN', failed.Message ?? '', failed.SenderFault === true);
  if (done?.MessageId !== undefined && !failed) return { kind: 'accepted', id: done.MessageId };
  return unknown('remote.unanswered', `"${answering.connection}" did not say what became of a message.`);
}

/** An SNS topic as a target. */
export async function snsSink(connection: string, config: SnsConfig, deps: ConnectorDeps): Promise<Sink> {
  const { topic } = config;
  const region = config.region ?? regionOf(topic);
  const client = await inRegion(
    connection,
    new SNSClient(await awsOptions(connection, { ...config, region }, deps)),
  );
  const answering: AwsAnswering = { connection, place: `the topic ${topic}`, right: 'sns:Publish' };
  return {
    async publish(messages, signal) {
      const entries = messages.map((message, i) => toEntry(message, i, isFifo(topic)));
      const command = new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries: entries });
      try {
        const answer = await client.send(command, { abortSignal: signal });
        return messages.map((_, i) => named(outcomeOf(answering, answer, String(i)), awsRequestId(answer)));
      } catch (error) {
        const outcome = fromAwsError(answering, error, signal);
        return messages.map(() => outcome);
      }
    },
    look: (signal) =>
      lookAt({ ...answering, right: 'sns:GetTopicAttributes' }, signal, async () => {
        const command = new GetTopicAttributesCommand({ TopicArn: topic });
        const { Attributes } = await client.send(command, { abortSignal: signal });
        return `the topic ${topic} is there, with ${Attributes?.['SubscriptionsConfirmed'] ?? '?'} subscriptions`;
      }),
    close: async () => client.destroy(),
  };
}
