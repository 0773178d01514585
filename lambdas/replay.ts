import middy, { type MiddyfiedHandler } from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import type { Replay } from '../shared/pipeline/replay.js';
import { conceal } from './conceal.js';
import { sqs } from './sqs.js';

/** The consumer of the retry queue in its onion, as {@link consumerOf} in consumer.ts is that of the stream. */
export const replayOf = (
  replay: () => Promise<Replay>,
  now: () => number = Date.now,
): MiddyfiedHandler<unknown, SQSBatchResponse> =>
  middy<unknown, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(conceal())
    .handler(async (event, context) => sqs(await replay(), now)(event, context));
