import { readFile } from 'node:fs/promises';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { startSqsS3 } from '../../../local/emulators/sqs-s3.js';
import { lambdaInvoker } from '../../../local/lambda-invoker.js';
import { readLambdaSettings } from '../../../local/lambda-settings.js';
import { startQueueMapping } from '../../../local/queue-mapping/mapping.js';
import { readQueueMappingSettings } from '../../../local/queue-mapping/settings.js';
import type { Result } from '../../../shared/core/fault.js';
import { testFiles } from './cloud-scenario.js';

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw result.fault;
  return result.value;
};

const BUCKET = 'acme-exports';
const isMissing = (error: unknown): boolean =>
  error instanceof Error && /NoSuchKey|NotFound/.test(error.name);

// The functions' entries as they are, fed as serverless.yml says; S3 tells as its page says.
testFiles(`s3://${BUCKET}/aep/`, async (settings) => {
  const serverless = await readFile(new URL('../../../serverless.yml', import.meta.url), 'utf8');
  const mapped = must(readQueueMappingSettings(serverless, 'files'));
  const aws = await startSqsS3();
  const queueUrl = await aws.createQueue(mapped.queue.name);
  await aws.createBucket(BUCKET);
  await aws.createBucket('tributary-letters');
  Object.assign(process.env, aws.environment, settings, {
    TRIBUTARY_DEAD_LETTERS: 's3:tributary-letters/dev',
    TRIBUTARY_FILES_QUEUE: `sqs:${mapped.queue.name}`,
  });
  const [{ handler: files }, { handler: arrivals }] = await Promise.all([
    import('../../../lambdas/entries/files.js'),
    import('../../../lambdas/entries/arrivals.js'),
  ]);
  const invokeOf = (name: string, handler: typeof files | typeof arrivals) => {
    const { timeoutMs } = must(readLambdaSettings(serverless, name));
    // The one handler is as good as another to the invoker.
    return lambdaInvoker((event, context) => handler(event, context), { name, timeoutMs });
  };
  const errors: unknown[] = [];
  const mapping = startQueueMapping({
    client: aws.sqs(),
    queueUrl,
    settings: mapped,
    invoke: invokeOf('files', files),
    onError: (error) => errors.push(error),
  });
  const s3 = aws.s3();
  const notify = invokeOf('arrivals', arrivals);
  return {
    errors,
    async put(name, text) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: name, Body: text }));
      const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: name }));
      const object = { key: encodeURIComponent(name).replaceAll('%20', '+'), size: text.length, eTag: ETag };
      const record = {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: BUCKET }, object },
      };
      // At least once.
      await notify({ Records: [record, record] });
    },
    async read(name) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: name }));
        return await Body?.transformToString();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async close() {
      await mapping.close();
      await aws.close();
    },
  };
});
