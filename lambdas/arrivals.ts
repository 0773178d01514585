import middy, { type MiddyfiedHandler } from '@middy/core';
import * as z from 'zod';
import { Fault } from '../shared/core/fault.js';
import type { Arrival } from '../shared/files/intake/arrivals.js';
import type { Lookout } from '../shared/files/intake/intake.js';
import { conceal } from './conceal.js';

/** The members of an S3 record that are read; AWS may add others at any time, so unknown ones are kept. */
const S3Record = z.looseObject({
  eventSource: z.literal('aws:s3'),
  eventName: z.string(),
  s3: z.looseObject({
    bucket: z.looseObject({ name: z.string() }),
    object: z.looseObject({ key: z.string() }),
  }),
});

/** What S3 sends: news of objects, or, when the notification is set up, a test. */
const S3Event = z.union([
  z.looseObject({ Records: z.array(S3Record) }),
  z.looseObject({ Event: z.literal('s3:TestEvent') }).transform(() => ({ Records: [] })),
]);

/** Keys are encoded as in a form: blanks come as `+`. A key that is none stays as it is, and will not be found. */
function keyOf(key: string): string {
  const spaced = key.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** News of objects that were written; what was removed or restored is of no interest. */
function arrivalsIn(event: unknown): readonly Arrival[] {
  const parsed = S3Event.safeParse(event);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error);
    const text = `The event is no notification of S3. Is the function attached to another trigger?\n${why}`;
    throw new Fault('decode.shape', text, { cause: parsed.error });
  }
  return parsed.data.Records.filter(({ eventName }) => eventName.startsWith('ObjectCreated:')).map(
    ({ s3: { bucket, object } }) => ({ kind: 's3', root: bucket.name, path: keyOf(object.key) }),
  );
}

/**
 * Notification of S3 in, orders in the files queue out. It is delivered at least once and in no order; when this throws,
 * Lambda tries twice more, and the poll finds what is lost all the same.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const arrivalsOf = (lookout: () => Promise<Lookout>): MiddyfiedHandler<unknown, void> =>
  middy<unknown, void>({ timeoutEarlyInMillis: 0 })
    .use(conceal())
    .handler(async (event) => (await lookout()).arrive(arrivalsIn(event)));
