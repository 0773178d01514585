import { Buffer } from 'node:buffer';
import type { InvocationContext } from '@azure/functions';
import { storageQueue } from '../../functions/storage-queue.js';
import { WORK_MS } from '../../functions/work-ms.js';
import { invoke } from './invoke.js';
import { type Process, startProcess } from './process.js';
import { finish, type Taken, take } from './replays.js';
import type { World } from './world.js';

/** As host.json has them; a message in work stays hidden for ten minutes, and no work takes longer. */
const TIMEOUT_MS = 600_000;
const HIDDEN_MS = 600_000;
const AGAIN_MS = 60_000;
const LARGEST_BATCH = 8;

async function work(world: World, process: Process, one: Taken): Promise<void> {
  const { id, text, at } = one.item;
  const context: Partial<InvocationContext> = {
    invocationId: `i-${world.next()}`,
    triggerMetadata: { id, insertionTime: new Date(at).toISOString() },
  };
  const came = await invoke(world, process, {
    what: 'a parked record',
    killMs: TIMEOUT_MS,
    run: async ({ replay }) =>
      storageQueue(replay, { clock: process.host.clock, workMs: WORK_MS })(
        Buffer.from(text),
        // All that the handler reads of it; the class itself is no ES export of its package on Node 20.
        context as InvocationContext,
      ),
  });
  if (came.kind === 'answer') finish(world, 'azure', one, came.settlements);
  else if (came.kind === 'failed') world.clouds.azure.queue.show(id, AGAIN_MS);
}

/** Works off the retry queue of Azure, for ever, as the host of a storage queue trigger does: several at a time. */
export async function runStorageQueue(world: World, name: string): Promise<void> {
  let process: Process | undefined;
  for (;;) {
    const batch = take(world, 'azure', 1 + world.waits.below(LARGEST_BATCH), HIDDEN_MS);
    if (batch.length === 0) await world.clouds.azure.queue.filled();
    if (!process?.host.isAlive()) process = startProcess(world, `${name}.${world.next()}`, 'azure');
    const current = process;
    await Promise.all(batch.map((one) => work(world, current, one)));
  }
}
