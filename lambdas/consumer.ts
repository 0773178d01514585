import middy, { type MiddyfiedHandler } from '@middy/core';
import type { KinesisStreamBatchResponse } from 'aws-lambda';
import { systemClock } from '../shared/clock.js';
import type { Clock, Pipeline } from '../shared/core/ports.js';
import { conceal } from './conceal.js';
import { kinesis } from './kinesis.js';

/**
 * The stream consumer in its onion. The pipeline is asked for at each call, so that import stays cheap and a fault of
 * the configuration fails the invocation, where it is seen, and not the import. The clock is the pipeline's,
 * by which it reads the deadline it is given.
 */
export const consumerOf = (
  pipeline: () => Promise<Pipeline>,
  clock: Clock = systemClock,
): MiddyfiedHandler<unknown, KinesisStreamBatchResponse> =>
  // middy would throw just before the time-out, which fails the whole batch; the deadline answers with what is done.
  middy<unknown, KinesisStreamBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(conceal())
    .handler(async (event, context) => kinesis(await pipeline(), clock)(event, context));
