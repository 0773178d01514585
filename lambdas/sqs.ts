import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { Fault } from '../shared/core/fault.js';
import type { Arrival, Replay } from '../shared/pipeline/replay.js';
import { deadlineOf, type Invocation, invocationIn } from './deadline.js';

/** The members of an SQS record that are read; AWS may add others at any time, so unknown ones are kept. */
const QueueRecord = z.looseObject({
  messageId: z.string().min(1),
  body: z.string(),
  attributes: z.looseObject({ SentTimestamp: z.string().transform(Number).pipe(z.number()) }),
  eventSource: z.literal('aws:sqs'),
});

/** What Lambda's SQS event source mapping hands over. */
export const QueueEvent = z.looseObject({ Records: z.array(QueueRecord) });

function parse(event: unknown): readonly Arrival[] {
  const parsed = QueueEvent.safeParse(event);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error);
    const text = `The event is not one of an SQS event source mapping. Is the function attached to another trigger?\n${why}`;
    throw new Fault('decode.shape', text, { cause: parsed.error });
  }
  return parsed.data.Records.map(({ messageId, body, attributes }) => ({
    id: messageId,
    body: Buffer.from(body),
    at: attributes.SentTimestamp,
  }));
}

/**
 * SQS batch in, the answer its event source mapping understands out: messages that are named become visible again, the
 * others are deleted. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const sqs =
  (replay: Replay, now: () => number = Date.now) =>
  async (event: unknown, context: Invocation): Promise<SQSBatchResponse> => {
    const left = await replay(parse(event), {
      deadline: deadlineOf(context, now),
      ...invocationIn(context),
    });
    return { batchItemFailures: [...left.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
  };
