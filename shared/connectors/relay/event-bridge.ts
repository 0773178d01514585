import {
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import type { Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { awsOptions, inRegion } from './aws.js';
import { type AwsAnswering, awsRequestId, fromAwsError, fromEntry, lookAt } from './aws-answer.js';
import type { EventBridgeConfig } from './config.js';
import type { Sink } from './sink.js';

/** Entries are answered in the order of the request. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
function outcomeOf(answering: AwsAnswering, entry: PutEventsResultEntry | undefined): Outcome {
  if (entry?.ErrorCode !== undefined)
    return fromEntry(answering, entry.ErrorCode, entry.ErrorMessage ?? '', true);
  if (entry?.EventId !== undefined) return { kind: 'accepted', id: entry.EventId };
  return unknown('remote.unanswered', `"${answering.connection}" said nothing of a message.`);
}

/** An event bus as a target. Rules there match `source` and `detail-type`; `detail` is the whole message. */
export async function eventBridgeSink(
  connection: string,
  config: EventBridgeConfig,
  deps: ConnectorDeps,
): Promise<Sink> {
  const { bus } = config;
  const client = await inRegion(
    connection,
    new EventBridgeClient(await awsOptions(connection, config, deps)),
  );
  const answering: AwsAnswering = { connection, place: `the event bus ${bus}`, right: 'events:PutEvents' };
  return {
    async publish(messages, signal) {
      const Entries = messages.map(({ source, type, time, text }) => ({
        EventBusName: bus,
        Source: source,
        DetailType: type,
        Time: new Date(time),
        Detail: text,
      }));
      try {
        const answer = await client.send(new PutEventsCommand({ Entries }), { abortSignal: signal });
        const entries = answer.Entries?.length === messages.length ? answer.Entries : [];
        return messages.map((_, i) => named(outcomeOf(answering, entries[i]), awsRequestId(answer)));
      } catch (error) {
        const outcome = fromAwsError(answering, error, signal);
        return messages.map(() => outcome);
      }
    },
    look: (signal) =>
      lookAt({ ...answering, right: 'events:DescribeEventBus' }, signal, async () => {
        const command = new DescribeEventBusCommand({ Name: bus });
        const { Name } = await client.send(command, { abortSignal: signal });
        return `the event bus ${Name ?? bus} is there`;
      }),
    close: async () => client.destroy(),
  };
}
