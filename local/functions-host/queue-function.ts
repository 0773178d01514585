import { QueueClient } from '@azure/storage-queue';
import * as z from 'zod';
import { Fault } from '../../shared/core/fault.js';
import type { Core } from './core.js';
import type { RunningTrigger } from './event-hub-trigger.js';
import type { HostServices } from './host-services.js';
import { encodeQueueItem } from './queue-encoder.js';
import { startQueueTrigger } from './queue-trigger.js';
import type { FunctionMetadata } from './rpc.js';
import { expandSettings, resolveConnection } from './settings.js';

/** The trigger binding as the library registers it. */
const Binding = z.object({
  name: z.string(),
  connection: z.string().min(1),
  queueName: z.string().min(1),
  dataType: z.enum(['undefined', 'string', 'binary', 'stream']).default('undefined'),
});

/** Starts the trigger of one Storage Queue function. */
export const startQueueFunction = async (
  core: Core,
  id: string,
  _: FunctionMetadata,
  rawBinding: unknown,
  services: HostServices,
): Promise<RunningTrigger> => {
  const parsed = Binding.safeParse(rawBinding);
  if (!parsed.success)
    throw new Fault('config.invalid', `function ${id}: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  const { name, connection, queueName, dataType } = parsed.data;
  const use = `function ${id}`;
  const account = resolveConnection(connection, services.settings, use);
  const queue = expandSettings(queueName, services.settings, use);
  const { queues: settings, report, invoked } = services;
  return startQueueTrigger({
    queue: new QueueClient(account, queue),
    poison: new QueueClient(account, `${queue}-poison`),
    settings,
    report,
    async run(item) {
      invoked();
      await core.invoke(id, encodeQueueItem(item, name, dataType === 'binary' || dataType === 'stream'));
    },
  });
};
