import middy, { type MiddyfiedHandler } from '@middy/core';
import type { KinesisStreamBatchResponse } from 'aws-lambda';
import type { Pipeline } from '../shared/core/ports.js';
import { conceal } from './conceal.js';
import { kinesis } from './kinesis.js';

/**
 * The stream consumer in its onion. The pipeline is asked for at each call, so that import stays cheap and a fault of
 * the configuration fails the invocation, where it is seen, and not the import. `now` is the pipeline's clock, by
 * which it reads the deadline it is given.
 */
export const consumerOf = (
  pipeline: () => Promise<Pipeline>,
  now: () => number = Date.now,
): MiddyfiedHandler<unknown, KinesisStreamBatchResponse> =>
  // middy would throw just before the time-out, which fails the whole batch; the deadline answers with what is done.
  middy<unknown, KinesisStreamBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(conceal())
    .handler(async (event, context) => kinesis(await pipeline(), now)(event, context));
