import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { systemClock } from '../../shared/clock.js';
import { Fault, type Result } from '../../shared/core/fault.js';
import { type EventSourceMapping, startEventSourceMapping } from '../event-source-mapping/mapping.js';
import { readMappingSettings } from '../event-source-mapping/settings.js';
import { type LambdaHandler, lambdaInvoker } from '../lambda-invoker.js';
import { readLambdaSettings } from '../lambda-settings.js';
import { entryUrl } from './package-files.js';

/** The function of serverless.yml that reads the stream. */
export const CONSUMER = 'consumer';

/** The value of a result; throws its fault. */
export const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw result.fault;
  return result.value;
};

/** Puts the Lambda on the stream as serverless.yml (its text is given) says. Throws `config.*` for what it cannot be started by. */
export async function startLambda(
  stream: { client(): KinesisClient; streamName: string },
  serverless: string,
  onError: (error: unknown) => void,
): Promise<EventSourceMapping> {
  const lambda = must(readLambdaSettings(serverless, CONSUMER));
  const module: Record<string, LambdaHandler> = await import(entryUrl(`lambdas/entries/${CONSUMER}`));
  const handler = module[lambda.export];
  if (!handler)
    throw new Fault('config.invalid', `serverless.yml: ${lambda.module} exports no ${lambda.export}`);
  return startEventSourceMapping({
    client: stream.client(),
    streamName: stream.streamName,
    settings: must(readMappingSettings(serverless, CONSUMER)),
    invoke: lambdaInvoker(handler, { name: lambda.name, timeoutMs: lambda.timeoutMs, memory: lambda.memory }),
    onFailure: async (message) => onError(new Error(`a batch was given up: ${JSON.stringify(message)}`)),
    clock: systemClock,
    onError,
  });
}
