import type { ZodObject, ZodType } from 'zod';
import type { Contestant } from './contestant.js';
import { CONTEXT } from './kinesis-batch.js';
import { type Decoder, decoder, parsed, type StreamRecord, shownExport } from './peers-decode-batch.js';
import type { Peers } from './peers-load.js';
import { type Schema, schemaOf, type Zod } from './profile-schema.js';

const ENVELOPE = 'Powertools parser, KinesisEnvelope';
const WITH_SCHEMA = 'Powertools batch + parser, schema';
const WITH_INNER = 'Powertools batch + parser, innerSchema';

/** The names of those that parse with Powertools' own parser. */
export const PARSERS = [ENVELOPE, WITH_SCHEMA, WITH_INNER];

/** As far as the documentation of the package shows it. */
interface Library {
  readonly BatchProcessor: new (type: string, options?: unknown) => unknown;
  readonly EventType: { readonly KinesisDataStreams: string };
  processPartialResponse(
    event: unknown,
    handler: (record: never) => Promise<void>,
    processor: unknown,
    options: unknown,
  ): Promise<{ batchItemFailures: readonly unknown[] }>;
}

const quiet = { debug: () => undefined, warn: () => undefined, error: () => undefined };

/** One handler for each record, in order, as the batch package documents it. */
function perRecord<T>(library: Library, options: unknown, exported: (record: T) => Schema): Decoder<Schema> {
  const type = library.EventType.KinesisDataStreams;
  return async (event) => {
    const found: Schema[] = [];
    const processor = new library.BatchProcessor(type, options);
    const handler = async (record: T): Promise<void> => void found.push(exported(record));
    const answer = await library.processPartialResponse(event, handler, processor, {
      context: CONTEXT,
      processInParallel: false,
    });
    if (answer.batchItemFailures.length > 0) throw new Error('a record was refused');
    return found;
  };
}

/** The schema of a record, as the parser's documentation extends it; undefined where that is not installed. */
function recordSchema(peers: Peers, z: Zod, schema: ZodType): ZodType | undefined {
  const shapes = peers.load<{
    KinesisDataStreamRecord: ZodObject;
    KinesisDataStreamRecordPayload: ZodObject;
  }>('@aws-lambda-powertools/parser/schemas/kinesis');
  const wrap = peers.load<{ Base64Encoded(schema: ZodType): ZodType }>(
    '@aws-lambda-powertools/parser/helpers',
  );
  if (shapes === undefined || wrap === undefined) return undefined;
  const payload = shapes.KinesisDataStreamRecordPayload.extend({ data: wrap.Base64Encoded(schema) });
  return z.compile(shapes.KinesisDataStreamRecord.extend({ kinesis: payload }));
}

/**
 * The ways that Powertools has, each with its schema compiled (https://zod.dev/compile). What `zod/compile` would add for all of a
 * process is the envelope's own schema, which makes no difference that could be measured: 75 µs a record with it and 75 without.
 */
export function powertools(peers: Peers, z: Zod): readonly Contestant[] {
  const schema = z.compile(schemaOf(z));
  const envelopes = peers.load<{
    KinesisEnvelope: { parse(event: unknown, schema: unknown): readonly Schema[] };
  }>('@aws-lambda-powertools/parser/envelopes/kinesis');
  const library = peers.load<Library>('@aws-lambda-powertools/batch');
  const glue = peers.load<{ parser: unknown }>('@aws-lambda-powertools/batch/parser');
  const record = recordSchema(peers, z, schema);
  const found: Contestant[] = [];
  if (envelopes) {
    const whole: Decoder<Schema> = async (event) => envelopes.KinesisEnvelope.parse(event, schema);
    found.push(decoder(ENVELOPE, whole, shownExport));
  }
  if (library === undefined) return found;
  const one = <T>(name: string, options: unknown, exported: (record: T) => Schema): void =>
    void found.push(decoder(name, perRecord(library, options, exported), shownExport));
  const dataOf = ({ kinesis: { data } }: { readonly kinesis: { readonly data: Schema } }): Schema => data;
  if (glue) {
    const { parser } = glue;
    if (record) one(WITH_SCHEMA, { parser, schema: record, logger: quiet }, dataOf);
    one(WITH_INNER, { parser, innerSchema: schema, transformer: 'base64', logger: quiet }, dataOf);
  }
  one('Powertools batch, zod in the handler', undefined, (given: StreamRecord) =>
    schema.parse(parsed(given)),
  );
  return found;
}
