import { kinesis } from '../lambdas/kinesis.js';
import { decodeMessage, type Entry } from '../shared/pipeline/decode.js';
import { inflate } from '../shared/pipeline/inflate.js';
import type { Contest, Contestant } from './contestant.js';
import { rulesFile } from './core.js';
import { exportOf } from './events.js';
import { CONTEXT, kinesisBatch } from './kinesis-batch.js';
import type { Peers } from './peers-load.js';
import { type Schema, schemaOf, type Zod } from './profile-schema.js';
import { rulesOf } from './rules-of.js';

const BATCH = 100;
const SECOND = 1_790_000_000_000;

const batch = kinesisBatch(
  Array.from({ length: BATCH }, (_, i) => exportOf(i, 20, 0)),
  SECOND,
);

/** What is compared: who it is, and of which audiences they are a member. */
interface Shown {
  readonly person: string | undefined;
  readonly audiences: readonly string[];
}

const contestant = <T>(
  name: string,
  run: () => Promise<readonly T[]>,
  shown: (one: T) => Shown,
): Contestant => ({
  name,
  run,
  answers: async () => (await run()).map(shown),
});

const shownEntry = (entry: Entry): Shown => {
  if (entry.kind !== 'addressed') return { person: undefined, audiences: [] };
  const { identities, memberships } = entry.profile;
  return {
    person: identities.get('crmid')?.[0],
    audiences: memberships.filter(({ member }) => member).map(({ audience }) => audience),
  };
};

const shownExport = ({ identityMap, segmentMembership }: Schema): Shown => ({
  person: identityMap['crmid']?.[0]?.id,
  audiences: Object.entries(segmentMembership['ups'] ?? {})
    .filter(([, { status }]) => status !== 'exited')
    .map(([id]) => id),
});

/** The Lambda's own adapter and decoder, with a pipeline that goes no further. */
function ours(): Contestant {
  const rules = rulesOf(rulesFile(20));
  let entries: Entry[] = [];
  const handler = kinesis({
    async run(messages) {
      entries = messages.flatMap((message) => decodeMessage(message, { rules, inflate }));
      return messages.map(({ id }) => ({ id, settled: true, endings: [] }));
    },
  });
  const run = async (): Promise<readonly Entry[]> => {
    await handler(batch, CONTEXT);
    return entries;
  };
  return contestant('tributary', run, shownEntry);
}

type Event = typeof batch;
type StreamRecord = Event['Records'][number];

/** As far as the documentation of the packages shows them. */
interface Batch {
  readonly BatchProcessor: new (type: string, options?: unknown) => unknown;
  readonly EventType: { readonly KinesisDataStreams: string };
  processPartialResponse(
    event: unknown,
    handler: (record: never) => Promise<void>,
    processor: unknown,
    options: unknown,
  ): Promise<{ batchItemFailures: readonly unknown[] }>;
}

const parsed = ({ kinesis: { data } }: StreamRecord): unknown =>
  JSON.parse(Buffer.from(data, 'base64').toString('utf8'));

const quiet = { debug: () => undefined, warn: () => undefined, error: () => undefined };

/** One handler for each record, in order, as the batch package documents it. */
function perRecord<T>(library: Batch, options: unknown, exported: (record: T) => Schema) {
  const type = library.EventType.KinesisDataStreams;
  return async (): Promise<readonly Schema[]> => {
    const found: Schema[] = [];
    const processor = new library.BatchProcessor(type, options);
    const handler = async (record: T): Promise<void> => void found.push(exported(record));
    const answer = await library.processPartialResponse(batch, handler, processor, {
      context: CONTEXT,
      processInParallel: false,
    });
    if (answer.batchItemFailures.length > 0) throw new Error('a peer refuses good records');
    return found;
  };
}

const ENVELOPE = 'Powertools parser, KinesisEnvelope';
const WITH_SCHEMA = 'Powertools batch + parser, schema';
const WITH_INNER = 'Powertools batch + parser, innerSchema';

type Parsed = { readonly kinesis: { readonly data: Schema } };

function powertools(peers: Peers, z: Zod): Contestant[] {
  const schema = schemaOf(z);
  const envelopes = peers.load<{
    KinesisEnvelope: { parse(event: unknown, schema: unknown): readonly Schema[] };
  }>('@aws-lambda-powertools/parser/envelopes/kinesis');
  const library = peers.load<Batch>('@aws-lambda-powertools/batch');
  const glue = peers.load<{ parser: unknown }>('@aws-lambda-powertools/batch/parser');
  const shapes = peers.load<{
    KinesisDataStreamRecord: Extendable;
    KinesisDataStreamRecordPayload: Extendable;
  }>('@aws-lambda-powertools/parser/schemas/kinesis');
  const wrap = peers.load<{ Base64Encoded(schema: unknown): unknown }>(
    '@aws-lambda-powertools/parser/helpers',
  );
  const found: Contestant[] = [];
  if (envelopes) {
    const run = async () => envelopes.KinesisEnvelope.parse(batch, schema);
    found.push(contestant(ENVELOPE, run, shownExport));
  }
  if (library === undefined) return found;
  const dataOf = ({ kinesis: { data } }: Parsed): Schema => data;
  if (glue && shapes && wrap) {
    const payload = shapes.KinesisDataStreamRecordPayload.extend({ data: wrap.Base64Encoded(schema) });
    const record = shapes.KinesisDataStreamRecord.extend({ kinesis: payload });
    const options = { parser: glue.parser, schema: record, logger: quiet };
    found.push(contestant(WITH_SCHEMA, perRecord(library, options, dataOf), shownExport));
  }
  if (glue) {
    const options = { parser: glue.parser, innerSchema: schema, transformer: 'base64', logger: quiet };
    found.push(contestant(WITH_INNER, perRecord(library, options, dataOf), shownExport));
  }
  const byHand = perRecord(library, undefined, (record: StreamRecord) => schema.parse(parsed(record)));
  found.push(contestant('Powertools batch, zod in the handler', byHand, shownExport));
  return found;
}

interface Extendable {
  extend(shape: Readonly<Record<string, unknown>>): Extendable;
}

/** From a batch as Lambda hands it over to profiles that have been checked. */
export function decodeContests(peers: Peers): readonly Contest[] {
  const z = peers.load<Zod>('zod');
  const bare = contestant(
    'bare base64 + JSON.parse, unchecked',
    // It checks nothing, so it may well be of another shape.
    async () => batch.Records.map((record) => parsed(record) as Schema),
    shownExport,
  );
  return [
    {
      name: 'decode and check',
      work: `a Kinesis batch of ${BATCH} records of 2.6 kB with 20 memberships, every one checked`,
      events: BATCH,
      ours: ours(),
      rivals: [bare, ...(z ? [zodAlone(z), ...powertools(peers, z)] : [])],
      target: { ratio: 5, rivals: [ENVELOPE, WITH_SCHEMA, WITH_INNER] },
    },
  ];
}

function zodAlone(z: Zod): Contestant {
  const schema = schemaOf(z);
  const run = async () => batch.Records.map((record) => schema.parse(parsed(record)));
  return contestant('zod alone', run, shownExport);
}
