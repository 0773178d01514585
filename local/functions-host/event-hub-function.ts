import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import * as z from 'zod';
import { Fault } from '../../shared/core/fault.js';
import type { Core } from './core.js';
import { encodeHubBatch, type HubEncoding } from './event-hub-encoder.js';
import { type EventHubTrigger, type RunningTrigger, startEventHubTrigger } from './event-hub-trigger.js';
import type { HostServices } from './host-services.js';
import { RetryPolicy, runWithRetry } from './retry.js';
import type { FunctionMetadata } from './rpc.js';
import { entityPath, expandSettings, resolveConnection, type Settings } from './settings.js';

/** The blob paths are the deployed host's; the container is not, or a local run could move a deployed app's checkpoints. */
export const CHECKPOINT_CONTAINER = 'tributary-local-eventhub';

const EMPTY_ENTRIES = 'IncludeEmptyEntriesInMessagePayload';

/** The trigger binding as the library registers it. */
const Binding = z.object({
  name: z.string(),
  connection: z.string().min(1),
  eventHubName: z.string().min(1),
  consumerGroup: z.string().min(1).default('$Default'),
  cardinality: z.enum(['one', 'many']).default('one'),
  dataType: z.enum(['undefined', 'string', 'binary', 'stream']).default('undefined'),
});
type Binding = z.infer<typeof Binding>;

const Options = z.object({ retryOptions: RetryPolicy.optional() });

const parse = <T>(schema: z.ZodType<T>, value: unknown, name: string): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault('config.invalid', `function ${name}: ${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
};

const address = (binding: Binding, settings: Settings, name: string) => {
  const use = `function ${name}`;
  const connectionString = resolveConnection(binding.connection, settings, use);
  return {
    connectionString,
    hub: entityPath(connectionString) ?? expandSettings(binding.eventHubName, settings, use),
    group: expandSettings(binding.consumerGroup, settings, use),
  };
};

/** One batch through the function: encode, invoke, retry as its policy says. */
const runner = (
  core: Core,
  id: string,
  how: HubEncoding,
  policy: RetryPolicy | undefined,
  services: HostServices,
) => {
  const { clock, random, report } = services;
  const run: EventHubTrigger['run'] = (batch, { signal, stillOwned }) =>
    runWithRetry(
      policy,
      async (retry) => {
        services.invoked();
        const request = encodeHubBatch(batch, how);
        await core.invoke(id, retry === undefined ? request : { ...request, retryContext: retry });
      },
      { clock, random, signal, mayContinue: stillOwned, report },
    );
  return run;
};

/** Starts the trigger of one Event Hubs function. */
export const startEventHubFunction = async (
  core: Core,
  id: string,
  metadata: FunctionMetadata,
  rawBinding: unknown,
  services: HostServices,
): Promise<RunningTrigger> => {
  const binding = parse(Binding, rawBinding, id);
  const { retryOptions } = parse(Options, metadata, id);
  const where = address(binding, services.settings, id);
  const container = new ContainerClient(services.blobConnectionString, CHECKPOINT_CONTAINER);
  await container.createIfNotExists();
  const encoding: HubEncoding = {
    bindingName: binding.name,
    many: binding.cardinality === 'many',
    binary: binding.dataType === 'binary' || binding.dataType === 'stream',
    emptyEntries: services.capabilities[EMPTY_ENTRIES] !== undefined,
  };
  return startEventHubTrigger({
    ...where,
    many: encoding.many,
    store: new BlobCheckpointStore(container),
    settings: services.eventHubs,
    run: runner(core, id, encoding, retryOptions, services),
    report: services.report,
  });
};
