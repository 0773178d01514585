import { readFile } from 'node:fs/promises';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { type Assembled, assembleAll } from '../../shared/assemble.js';
import { systemClock } from '../../shared/clock.js';
import type { Observer } from '../../shared/core/ports.js';
import { observedBy, provideObserver } from '../../shared/observers.js';
import type { MemoryKept } from '../../shared/stores/memory-kept.js';
import { closeMemories, openKept } from '../../shared/stores/open.js';
import { type DemoCrm, startDemoCrm } from '../demo-crm/server.js';
import { startAzurite } from '../emulators/azurite.js';
import { parseEmulatorConfig } from '../emulators/event-hubs/config.js';
import { type EventHubsEmulator, startEventHubs } from '../emulators/event-hubs/server.js';
import { startKinesis } from '../emulators/kinesis.js';
import type { EventSourceMapping } from '../event-source-mapping/mapping.js';
import { readMappingSettings } from '../event-source-mapping/settings.js';
import { startFunctionsHost } from '../functions-host/host.js';
import { type Closer, closeAll, STOP_MS } from './closing.js';
import { doorAuth, doorSettings, MEMORY, pipelineSettings, triggerSettings } from './deployment-settings.js';
import { type Exports, startExports } from './exports.js';
import { type LocalPlace, withLocalPlaces } from './local-places.js';
import { onPort, preferredPort } from './on-port.js';
import { entryUrl, packageRoot } from './package-files.js';
import { startReplay } from './replay-loop.js';
import { CONSUMER, must, startLambda } from './start-lambda.js';
import { createTracker, type Tracker, withoutFiles } from './tracker.js';

export interface StackOptions {
  /** The file of rules. */
  readonly config: string;
  /** Whether that is the demo's own: then a folder is there beside its places, and not instead of them. */
  readonly isDemo: boolean;
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
  /** The same without files of the customer's own, which may lie in their folders before the run: only what it has published. */
  readonly run: Tracker;
  readonly kinesis: { readonly endpoint: string; readonly streamName: string; client(): KinesisClient };
  readonly eventHubs: EventHubsEmulator;
  readonly hub: string;
  readonly mapping: EventSourceMapping;
  /** Where batch files of the demo are put. */
  readonly exports: Exports;
  /** The folders of this machine that stand for the places of `files:`. */
  readonly places: readonly LocalPlace[];
  /** Where the Function takes exports in by HTTP. */
  readonly door: string;
  /** `TRIBUTARY_DOOR_AUTH` of the door. */
  readonly doorAuth: string;
  /** The pipeline that works off the retry queue, and what it is made of. */
  readonly assembled: Assembled;
  readonly parking: MemoryKept;
  readonly letters: MemoryKept;
  /** Has somebody hear what both clouds do from now on. */
  listen(observer: Observer): void;
  /** Waits for what is under way, but not for long once `hurry` is aborted; gives whether all of it has ended. */
  close(hurry: AbortSignal): Promise<boolean>;
}

const SHARDS = 2;
/** Where Azure Functions Core Tools listen. */
const DOOR_PORT = 7071;

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
  const run = options.isDemo ? tracker : createTracker();
  const observers = new Set<Observer>([tracker]);
  if (run !== tracker) observers.add(withoutFiles(run));
  provideObserver('dev', observedBy(observers));
  options.onStep('pipeline');
  Object.assign(process.env, pipelineSettings(crm, options.config));
  const { config: rules, places, remove } = await withLocalPlaces(options.config, options, process.env);
  closers.push(remove);
  Object.assign(process.env, pipelineSettings(crm, rules));
  closers.push(async () => closeMemories());
  const assembled = await assembleAll(process.env); // first of all that is slow: a fault in the file is told at once
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
    ...pipelineSettings(crm, rules),
    ...triggerSettings(eventHubs, hub, azurite.connectionString),
    ...doorSettings(eventHubs, hub, auth),
  };
  const parking = await openKept('TRIBUTARY_PARKING', MEMORY, systemClock);
  const replay = startReplay(assembled.pipeline, parking, systemClock, options.onError);
  closers.push(() => replay.close());
  options.onStep('Lambda and its event source mapping');
  const mapping = await startLambda(kinesis, serverless, options.onError);
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
    run,
    kinesis,
    eventHubs,
    hub,
    mapping,
    exports,
    places,
    door: host.url ?? '',
    doorAuth: auth,
    assembled,
    parking,
    letters,
    listen: (observer) => void observers.add(observer),
    close: (hurry) => closeAll(closers, options.onError, hurry),
  };
}

/** Starts everything; when one part cannot start, what had started is stopped again and the fault is thrown. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closers: Closer[] = [];
  try {
    return await start(options, closers);
  } catch (error) {
    await closeAll(closers, options.onError, AbortSignal.timeout(STOP_MS));
    throw error;
  }
}
