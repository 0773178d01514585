import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { assemble } from '../../shared/assemble.js';
import { systemClock } from '../../shared/clock.js';
import { Fault, type Result } from '../../shared/core/fault.js';
import { provideObserver } from '../../shared/observers.js';
import { closeMemories, openKept } from '../../shared/stores/open.js';
import { type DemoCrm, startDemoCrm } from '../demo-crm/server.js';
import { startAzurite } from '../emulators/azurite.js';
import { parseEmulatorConfig } from '../emulators/event-hubs/config.js';
import { type EventHubsEmulator, startEventHubs } from '../emulators/event-hubs/server.js';
import { startKinesis } from '../emulators/kinesis.js';
import { type EventSourceMapping, startEventSourceMapping } from '../event-source-mapping/mapping.js';
import { readMappingSettings } from '../event-source-mapping/settings.js';
import { startFunctionsHost } from '../functions-host/host.js';
import { type LambdaHandler, lambdaInvoker } from '../lambda-invoker.js';
import { readLambdaSettings } from '../lambda-settings.js';
import { doorAuth, doorSettings, MEMORY, pipelineSettings, triggerSettings } from './deployment-settings.js';
import { type Exports, startExports } from './exports.js';
import { onPort, preferredPort } from './on-port.js';
import { startReplay } from './replay-loop.js';
import { createTracker, type Tracker } from './tracker.js';

export interface StackOptions {
  /** The customer's file; the demo's own when absent. */
  readonly config: string;
  readonly kinesisPort: number;
  readonly eventHubsPort: number;
  readonly crmPort: number;
  /** Of the HTTP door; when absent 7071, or any that is free. */
  readonly doorPort: number | undefined;
  readonly crmLatencyMs: number;
  /** Told of failed attempts and lost connections. */
  readonly onError: (error: unknown) => void;
  /** Told what is being started. */
  readonly onStep: (what: string) => void;
}

/** Both clouds, a CRM and everything between them, in this process. */
export interface Stack {
  readonly crm: DemoCrm;
  readonly tracker: Tracker;
  readonly kinesis: { readonly endpoint: string; readonly streamName: string; client(): KinesisClient };
  readonly eventHubs: EventHubsEmulator;
  readonly hub: string;
  readonly mapping: EventSourceMapping;
  /** Where batch files are put. */
  readonly exports: Exports;
  /** Where the Function takes exports in by HTTP. */
  readonly door: string;
  /** `TRIBUTARY_DOOR_AUTH` of the door. */
  readonly doorAuth: string;
  readonly deadLetters: () => ReturnType<Awaited<ReturnType<typeof openKept>>['all']>;
  close(): Promise<void>;
}

const SHARDS = 2;
const CONSUMER = 'consumer';
/** Where Azure Functions Core Tools listen. */
const DOOR_PORT = 7071;

/** The package's own folder, whether this runs from dist/local/dev or from local/dev. */
export const packageRoot = (): string => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return here.replace(/(?:[\\/]dist)?[\\/]local[\\/]dev[\\/]?$/, '/');
};

/** The built (or, under a TypeScript loader, the source) module of an entry such as lambdas/entries/consumer. */
const entryUrl = (name: string): string => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../../${name}.${extension}`, import.meta.url).href;
};

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw result.fault;
  return result.value;
};

type Closer = () => Promise<unknown>;

/** Closes in the reverse order of starting, all of it, whatever fails on the way. */
async function closeAll(closers: Closer[], onError: (error: unknown) => void): Promise<void> {
  for (const close of closers.reverse()) {
    try {
      await close();
    } catch (error) {
      onError(error);
    }
  }
}

async function startLambda(
  stream: { client(): KinesisClient; streamName: string },
  serverless: string,
  options: StackOptions,
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
    onFailure: async (message) =>
      options.onError(new Error(`a batch was given up: ${JSON.stringify(message)}`)),
    clock: systemClock,
    onError: options.onError,
  });
}

async function start(options: StackOptions, closers: Closer[]): Promise<Stack> {
  const root = packageRoot();
  const serverless = await readFile(`${root}serverless.yml`, 'utf8');
  const hubsFile = `${root}local/emulators/event-hubs/Config.json`;
  const hub = 'aep-exports';
  options.onStep('demo CRM');
  const demo = { port: options.crmPort, latencyMs: options.crmLatencyMs };
  const crm = await onPort('--crm-port', startDemoCrm(demo));
  closers.push(() => crm.close());
  const tracker = createTracker();
  provideObserver('dev', tracker);
  options.onStep('pipeline');
  Object.assign(process.env, pipelineSettings(crm, options.config));
  closers.push(async () => closeMemories());
  const pipeline = await assemble(process.env); // first of all that is slow: a fault in the file is told at once
  options.onStep('Event Hubs emulator');
  const config = must(parseEmulatorConfig(await readFile(hubsFile, 'utf8'), hubsFile));
  const eventHubs = await onPort(
    '--event-hubs-port',
    startEventHubs({ config, port: options.eventHubsPort }),
  );
  closers.push(() => eventHubs.close());
  options.onStep('Kinesis emulator');
  const { stream } = must(readMappingSettings(serverless, CONSUMER));
  const kinesis = await onPort(
    '--kinesis-port',
    startKinesis({ streamName: stream.name, shards: SHARDS, port: options.kinesisPort }),
  );
  closers.push(() => kinesis.close());
  options.onStep('Azurite (checkpoints, batch files)');
  const azurite = await startAzurite();
  closers.push(() => azurite.close());
  const exports = await startExports(azurite.connectionString);
  const auth = doorAuth(process.env);
  const settings = {
    ...pipelineSettings(crm, options.config),
    ...triggerSettings(eventHubs, hub, azurite.connectionString),
    ...doorSettings(eventHubs, hub, auth),
  };
  const parking = await openKept('TRIBUTARY_PARKING', MEMORY, systemClock);
  const replay = startReplay(pipeline, parking, systemClock, options.onError);
  closers.push(() => replay.close());
  options.onStep('Lambda and its event source mapping');
  const mapping = await startLambda(kinesis, serverless, options);
  closers.push(() => mapping.close());
  options.onStep('Function and its host');
  const starting = startFunctionsHost({
    entry: entryUrl('functions/index'),
    hostJson: JSON.parse(await readFile(`${root}host.json`, 'utf8')),
    settings,
    blobConnectionString: azurite.connectionString,
    httpPort: options.doorPort ?? (await preferredPort(DOOR_PORT)),
    onError: options.onError,
  });
  const host = await onPort('--door-port', starting);
  closers.push(() => host.close());
  const letters = await openKept('TRIBUTARY_DEAD_LETTERS', MEMORY, systemClock);
  return {
    crm,
    tracker,
    kinesis,
    eventHubs,
    hub,
    mapping,
    exports,
    door: host.url ?? '',
    doorAuth: auth,
    deadLetters: () => letters.all(),
    close: () => closeAll(closers, options.onError),
  };
}

/** Starts everything; when one part cannot start, what had started is stopped again and the fault is thrown. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closers: Closer[] = [];
  try {
    return await start(options, closers);
  } catch (error) {
    await closeAll(closers, options.onError);
    throw error;
  }
}
