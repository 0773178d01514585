import { sqs } from '../../lambdas/sqs.js';
import { doneOf } from '../queue-mapping/mapping.js';
import { invoke } from './invoke.js';
import { type Process, startProcess } from './process.js';
import { finish, type Taken, take } from './replays.js';
import type { World } from './world.js';

/** As serverless.yml has them. */
const TIMEOUT_MS = 120_000;
const HIDDEN_MS = 720_000;
const LARGEST_BATCH = 10;

const toEvent = (batch: readonly Taken[]) => ({
  Records: batch.map(({ item: { id, text, at } }) => ({
    messageId: id,
    body: text,
    attributes: { SentTimestamp: String(at) },
    eventSource: 'aws:sqs',
  })),
});

async function work(world: World, process: Process, batch: readonly Taken[]): Promise<void> {
  const ids = batch.map(({ item }) => item.id);
  const came = await invoke<unknown>(world, process, {
    what: `${ids.length} parked records`,
    killMs: TIMEOUT_MS,
    run: ({ replay, left }) =>
      sqs(replay, process.host.clock.now)(toEvent(batch), { getRemainingTimeInMillis: left }),
  });
  // What is not removed shows itself again.
  if (came.kind !== 'answer') return;
  const done = new Set(doneOf(ids, { requestId: '', payload: came.value }, true));
  for (const one of batch) if (done.has(one.item.id)) finish(world, 'aws', one, came.settlements);
}

/** Works off the retry queue of AWS, for ever, as an event source mapping does. */
export async function runSqs(world: World, name: string): Promise<void> {
  let process: Process | undefined;
  for (;;) {
    const batch = take(world, 'aws', 1 + world.waits.below(LARGEST_BATCH), HIDDEN_MS);
    if (batch.length === 0) await world.clouds.aws.queue.filled();
    else {
      if (!process?.host.isAlive()) process = startProcess(world, `${name}.${world.next()}`, 'aws');
      await work(world, process, batch);
    }
  }
}
