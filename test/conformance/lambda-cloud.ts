import { readFile } from 'node:fs/promises';
import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { consumerOf } from '../../lambdas/consumer.js';
import { startKinesis } from '../../local/emulators/kinesis.js';
import {
  type EventSourceMapping,
  startEventSourceMapping,
} from '../../local/event-source-mapping/mapping.js';
import { readMappingSettings } from '../../local/event-source-mapping/settings.js';
import { type Invoke, type LambdaHandler, lambdaInvoker } from '../../local/lambda-invoker.js';
import { readLambdaSettings } from '../../local/lambda-settings.js';
import type { Result } from '../../shared/core/fault.js';
import type { Cloud, Deployment, Posting, Site } from './cloud.js';
import { platformClock } from './quick-clock.js';
import type { Worker } from './worker.js';

const FUNCTION = 'consumer';
/** The mapping polls every 50 ms and waits a second for a batch to fill. */
const HASTE = 10;

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw result.fault;
  return result.value;
};

/** Hash keys split the range of MD5 evenly among the shards. */
const hashKeyOf = (lane: number, lanes: number): string =>
  ((BigInt(lane) << 128n) / BigInt(lanes) + 1n).toString();

async function put(client: KinesisClient, site: Site, messages: readonly Posting[]): Promise<string[]> {
  const Records = messages.map(({ body, lane }) => ({
    Data: body,
    PartitionKey: 'conformance',
    ExplicitHashKey: hashKeyOf(lane, site.lanes),
  }));
  const answer = await client.send(new PutRecordsCommand({ StreamName: site.name, Records }));
  return (answer.Records ?? []).map(({ SequenceNumber, ErrorCode }) => {
    if (SequenceNumber === undefined) throw new Error(`Kinesis refused a record: ${ErrorCode}`);
    return SequenceNumber;
  });
}

/** Makes the function's handler for a process. */
type HandlerOf = (worker: Worker, site: Site) => Promise<LambdaHandler>;

const consumerOfWorker: HandlerOf = async (worker, { clock }) => consumerOf(worker.pipeline, clock);

async function deploy(site: Site, serverless: string, handlerOf: HandlerOf): Promise<Deployment> {
  const kinesis = await startKinesis({ streamName: site.name, shards: site.lanes });
  const { name, timeoutMs, memory } = must(readLambdaSettings(serverless, FUNCTION));
  const client = kinesis.client();
  let worker = site.boot();
  let mapping: EventSourceMapping | undefined;
  const invoke: Invoke = (event) => {
    const carried: LambdaHandler = async (sent, context) => {
      const handler = await handlerOf(worker, site);
      return worker.carry(Promise.resolve(handler(sent, context)));
    };
    return lambdaInvoker(carried, { name, timeoutMs, memory })(event);
  };
  const crash = (): void => {
    worker.die();
    worker = site.boot();
  };
  return {
    source: `kinesis:${site.name}`,
    publish: (messages) => put(client, site, messages),
    async start() {
      mapping = await startEventSourceMapping({
        client: kinesis.client(),
        streamName: site.name,
        settings: must(readMappingSettings(serverless, FUNCTION)),
        invoke,
        onFailure: async (message) => {
          throw new Error(`a batch was given up: ${JSON.stringify(message)}`);
        },
        clock: platformClock(HASTE, site.clock),
        onError: site.report,
      });
    },
    position: async () => mapping?.stats().records ?? 0,
    crash,
    async kill() {
      const closing = mapping?.close();
      crash();
      await closing;
    },
    async rewind() {
      // A mapping keeps no position: the next one begins at the oldest record.
      await mapping?.close();
    },
    async close() {
      await mapping?.close();
      await kinesis.close();
    },
  };
}

/** The function's entry as it is, with the settings in the environment, as Lambda puts them. */
const indexEntry: HandlerOf = async (_, { settings }) => {
  Object.assign(process.env, settings);
  const { handler } = await import('../../lambdas/entries/consumer.js');
  return handler;
};

/** Kinesis emulator, event source mapping as serverless.yml sets it, the Lambda's handler. */
export const lambdaCloud = (): Promise<Cloud> => startCloud(consumerOfWorker);

/** The same with the deployed entry: its pipeline is put together once per process, so for one scenario. */
export const lambdaEntry = (): Promise<Cloud> => startCloud(indexEntry);

async function startCloud(handlerOf: HandlerOf): Promise<Cloud> {
  const serverless = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
  return {
    name: 'Lambda',
    deploy: (site) => deploy(site, serverless, handlerOf),
    close: async () => undefined,
  };
}
