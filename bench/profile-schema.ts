import type * as z from 'zod';

/** The library, wherever it was loaded from: a peer brings its own. */
export type Zod = typeof z;

/** The schema of a profile export as somebody writes it who reads Adobe's pages: what is not named is kept. */
export const schemaOf = (zod: Zod) =>
  zod.looseObject({
    identityMap: zod.record(zod.string(), zod.array(zod.object({ id: zod.string().min(1) }))),
    segmentMembership: zod.record(
      zod.string(),
      zod.record(
        zod.string(),
        zod.object({
          lastQualificationTime: zod.iso.datetime(),
          status: zod.enum(['realized', 'existing', 'exited']),
        }),
      ),
    ),
  });

/** What it gives. */
export type Schema = z.infer<ReturnType<typeof schemaOf>>;
