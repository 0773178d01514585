import middy, { type MiddyfiedHandler } from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import type { Intake, Lookout } from '../shared/files/intake/intake.js';
import type { Replay } from '../shared/pipeline/replay.js';
import { conceal } from './conceal.js';
import { sqs } from './sqs.js';

/** Messages of the files queue one after the other: each is a file that may take all the time there is. */
const takeEach =
  (intake: Intake): Replay =>
  async (arrivals, { deadline = Number.POSITIVE_INFINITY, ...called }) => {
    const left = new Map<string, unknown>();
    for (const { id, body } of arrivals) {
      try {
        await intake.take(body, { deadline, ...called });
      } catch (error) {
        // With more than one message at once the others are not to blame; with one, the platform shows the reason.
        if (arrivals.length === 1) throw error;
        left.set(id, error);
      }
    }
    return left;
  };

/** The worker of the files queue in its onion, as {@link replayOf} in replay.ts is that of the retry queue. */
export const filesOf = (
  intake: () => Promise<Intake>,
  now: () => number = Date.now,
): MiddyfiedHandler<unknown, SQSBatchResponse> =>
  middy<unknown, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(conceal())
    .handler(async (event, context) => sqs(takeEach(await intake()), now)(event, context));

/** Schedule in: places that tell no news are looked through. What the event says is of no interest. */
export const pollOf = (lookout: () => Promise<Lookout>): MiddyfiedHandler<unknown, void> =>
  middy<unknown, void>({ timeoutEarlyInMillis: 0 })
    .use(conceal())
    .handler(async () => (await lookout()).poll());
