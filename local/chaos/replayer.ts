import type { Message } from '../../shared/core/ports.js';
import { createHost, type Host } from './host.js';
import { type Allowance, invoke } from './invoke.js';
import type { Waiting } from './queue.js';
import type { World } from './world.js';

const REPLAY: Allowance = { redelivers: false, workMs: 50_000, killMs: 60_000 };
const MOST_TAKEN = 10;
const POLL_MS = 2_000;

function messageOf({ kept: { message, record, attempts, firstSeen } }: Waiting): Message {
  return {
    ...message,
    ...(record === undefined ? {} : { record }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(firstSeen === undefined ? {} : { firstSeen }),
  };
}

/** Now and then a queue hands one message to two consumers. */
function take({ queue, faults, waits }: World, name: string): Waiting[] {
  const batch = queue.take(1 + waits.below(MOST_TAKEN));
  for (const item of batch) if (faults.strike('queue.duplicate', name)) queue.show(item);
  return batch;
}

/** Gives parked records back to the pipeline, for ever. What it does not settle, or dies over, becomes visible again. */
export async function runReplayer(world: World, name: string): Promise<void> {
  const { queue, books, timeline } = world;
  let host: Host | undefined;
  for (;;) {
    const batch = take(world, name);
    if (batch.length === 0) {
      await timeline.sleep(POLL_MS);
      continue;
    }
    if (!host?.isAlive()) host = createHost(world, `${name}.${world.next()}`);
    const settlements = await invoke(world, host, batch.map(messageOf), REPLAY);
    for (const [i, item] of batch.entries()) {
      const settlement = settlements?.[i];
      if (settlement?.settled && queue.delete(item)) books.replayed(item.kept, settlement.endings[0]?.name);
    }
  }
}
