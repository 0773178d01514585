import { readFile } from 'node:fs/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { startSqsS3 } from '../../local/emulators/sqs-s3.js';
import { lambdaInvoker } from '../../local/lambda-invoker.js';
import { readLambdaSettings } from '../../local/lambda-settings.js';
import { startQueueMapping } from '../../local/queue-mapping/mapping.js';
import { readQueueMappingSettings } from '../../local/queue-mapping/settings.js';
import type { Result } from '../../shared/core/fault.js';
import { testReplay } from './replay-scenario.js';

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw result.fault;
  return result.value;
};

// The function's entry as it is, fed as serverless.yml says.
testReplay(async (settings) => {
  const serverless = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const mapped = must(readQueueMappingSettings(serverless, 'replay'));
  const { name, timeoutMs } = must(readLambdaSettings(serverless, 'replay'));
  const aws = await startSqsS3();
  const queueUrl = await aws.createQueue(mapped.queue.name);
  await aws.createBucket('tributary-letters');
  const places = { parking: `sqs:${mapped.queue.name}`, deadLetters: 's3:tributary-letters/dev' };
  const env = { ...settings, TRIBUTARY_PARKING: places.parking, TRIBUTARY_DEAD_LETTERS: places.deadLetters };
  Object.assign(process.env, aws.environment, env);
  const { handler: replay } = await import('../../lambdas/entries/replay.js');
  const client = aws.sqs();
  const errors: unknown[] = [];
  const mapping = startQueueMapping({
    client,
    queueUrl,
    settings: mapped,
    // The one handler is as good as another to the invoker.
    invoke: lambdaInvoker((event, context) => replay(event, context), { name, timeoutMs }),
    onError: (error) => errors.push(error),
  });
  return {
    places,
    errors,
    put: async (text) => {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: text }));
    },
    async close() {
      await mapping.close();
      await aws.close();
    },
  };
});
