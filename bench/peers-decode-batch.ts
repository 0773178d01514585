import type { Contestant } from './contestant.js';
import { exportOf } from './events.js';
import { kinesisBatch } from './kinesis-batch.js';
import type { Schema } from './profile-schema.js';

/** Records of the batch. */
export const BATCH = 100;

const SECOND = 1_790_000_000_000;

/** A batch as Lambda hands it over. */
export type Batch = ReturnType<typeof kinesisBatch>;
/** A record of it. */
export type StreamRecord = Batch['Records'][number];

/** The batch that everybody decodes. */
export const batch: Batch = kinesisBatch(
  Array.from({ length: BATCH }, (_, i) => exportOf(i, 20, 0)),
  SECOND,
);

/** What is wrong with a record that must be refused, and how it comes to be: a text of a good one, and what stands there instead. */
export const BAD = [
  { what: 'a status that there is none of', good: '"status":"exited"', instead: '"status":"perhaps"' },
  {
    what: 'a time that is none',
    good: /"lastQualificationTime":"[^"]+"/,
    instead: '"lastQualificationTime":"soon"',
  },
  { what: 'an id that is empty', good: /"id":"[^"]+"/, instead: '"id":""' },
  { what: 'a list for memberships', good: /"ups":\{/, instead: '"ups":[],"other":{' },
] as const;

/** A good record, and the bad one with that number. */
export function withBad(i: number): Batch {
  const good = exportOf(0, 20, 0);
  const how = BAD[i];
  if (how === undefined) throw new Error('there is no such record');
  const bad = good.toString().replace(how.good, how.instead);
  if (bad === good.toString()) throw new Error(`${how.what}: the record is still good`);
  return kinesisBatch([good, Buffer.from(bad)], SECOND);
}

/** What is compared: who it is, and of which audiences they are a member. */
export interface Shown {
  readonly person: string | undefined;
  readonly audiences: readonly string[];
}

/** Gives what is in a batch; throws when a record is refused. */
export type Decoder<T> = (event: Batch) => Promise<readonly T[]>;

/** One that decodes the batch. */
export const decoder = <T>(name: string, decode: Decoder<T>, shown: (one: T) => Shown): Contestant => ({
  name,
  run: () => decode(batch),
  answers: async () => (await decode(batch)).map(shown),
  refuses: (i) =>
    decode(withBad(i)).then(
      () => false,
      () => true,
    ),
});

/** What is compared of an export that a schema has been held against. */
export const shownExport = ({ identityMap, segmentMembership }: Schema): Shown => ({
  person: identityMap['crmid']?.[0]?.id,
  audiences: Object.entries(segmentMembership['ups'] ?? {})
    .filter(([, { status }]) => status !== 'exited')
    .map(([id]) => id),
});

/** The body of a record, unchecked. Throws for what is no JSON. */
export const parsed = ({ kinesis: { data } }: StreamRecord): unknown =>
  JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
