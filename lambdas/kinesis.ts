import type { KinesisStreamBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { systemClock } from '../shared/clock.js';
import { Fault } from '../shared/core/fault.js';
import type { Clock, Message, Pipeline } from '../shared/core/ports.js';
import { deadlineOf, type Invocation, invocationIn } from './deadline.js';

/** `arn:aws:kinesis:eu-central-1:123456789012:stream/name`; an enhanced fan-out ARN goes on with `/consumer/…`. */
const STREAM_ARN = /^arn:[^:]+:kinesis:[^:]*:[^:]*:stream\/([^/]+)/;

const StreamName = z.string().transform((arn, context) => {
  const name = STREAM_ARN.exec(arn)?.[1];
  if (name !== undefined) return name;
  context.addIssue({ code: 'custom', message: 'expected the ARN of a Kinesis stream' });
  return z.NEVER;
});

/** The members of a Kinesis record that are read. AWS adds others; to keep them would take three times as long. */
const StreamRecord = z.object({
  eventSourceARN: StreamName,
  /** `shardId-000000000006:49590338271490256608559692538361571095921575989136588898` */
  eventID: z.string().optional(),
  kinesis: z.object({
    sequenceNumber: z.string().min(1),
    data: z.string(),
    /** Seconds with a fraction. */
    approximateArrivalTimestamp: z.number().nonnegative(),
  }),
});

/** What Lambda's Kinesis event source mapping hands over. */
export const StreamEvent = z.object({ Records: z.array(StreamRecord) });

/** The shard stands before the colon. */
const shardIn = (eventId = ''): Pick<Message, 'partition'> => {
  const [, partition] = /^(shardId-\d+):/.exec(eventId) ?? [];
  return partition === undefined ? {} : { partition };
};

function parse(event: unknown): readonly Message[] {
  const parsed = StreamEvent.safeParse(event);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error);
    const text = `The event is not one of a Kinesis event source mapping. Is the function attached to another trigger?\n${why}`;
    throw new Fault('decode.shape', text, { cause: parsed.error });
  }
  return parsed.data.Records.map(({ eventSourceARN, eventID, kinesis: record }) => ({
    id: record.sequenceNumber,
    body: Buffer.from(record.data, 'base64'),
    at: Math.round(record.approximateArrivalTimestamp * 1000),
    source: `kinesis:${eventSourceARN}`,
    ...shardIn(eventID),
  }));
}

/**
 * How long an answer that leaves the stream where it is keeps back, milliseconds. AWS names no delay between the rounds of a
 * batch that fails, so without it an outage of a target would be an outage of invocations, each of which reads all its
 * persons. It is what a breaker waits at first; waiting costs no more than asking again at once, for one round follows
 * the other. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
const PAUSE_MS = 5_000;

/**
 * Kinesis batch in, the answer its event source mapping understands out. Everything from the lowest sequence number
 * named is sent again, so naming the first unsettled record says it all; one that got no answer counts as unsettled. When
 * that is the first of all, the next round would begin where this one did: the answer waits a little, if there is time.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export const kinesis =
  (pipeline: Pipeline, clock: Clock = systemClock) =>
  async (event: unknown, context: Invocation): Promise<KinesisStreamBatchResponse> => {
    const messages = parse(event);
    const deadline = deadlineOf(context, clock.now);
    const settlements = await pipeline.run(messages, {
      redelivers: true,
      deadline,
      ...invocationIn(context),
    });
    const settled = new Set(settlements.filter((one) => one.settled).map(({ id }) => id));
    const first = messages.find(({ id }) => !settled.has(id));
    if (first === undefined) return { batchItemFailures: [] };
    const pause = first === messages[0] ? Math.min(PAUSE_MS, deadline - clock.now()) : 0;
    if (pause > 0) await clock.sleep(pause);
    return { batchItemFailures: [{ itemIdentifier: first.id }] };
  };
