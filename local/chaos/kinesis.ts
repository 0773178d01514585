import type { Message } from '../../shared/core/ports.js';
import { nameOf } from './books.js';
import { createHost, type Host } from './host.js';
import { type Allowance, invoke } from './invoke.js';
import type { World } from './world.js';

/** As serverless.yml and the handler have it: a time-out of 60 s, of which 10 are kept back. */
const LAMBDA: Allowance = { redelivers: true, workMs: 50_000, killMs: 60_000 };
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [5_000, 60_000];
const MOST_PATIENT_MS = 8_000;

/** A shard of a Kinesis stream, on an event source mapping with `batchItemFailures`, without end of retries, not bisecting. */
interface Shard {
  readonly name: string;
  /** The Lambda environment that is warm. */
  host: Host | undefined;
}

function warm(world: World, shard: Shard): Host {
  if (!shard.host?.isAlive()) shard.host = createHost(world, `${shard.name}.${world.next()}`);
  return shard.host;
}

/** Waits for the answer of a delivery, or for less: then nobody hears of the answer. */
async function answerOf(world: World, shard: Shard, running: ReturnType<typeof invoke>) {
  const { faults, timeline, waits } = world;
  if (!faults.strike('source.ghost', shard.name)) return running;
  const gone = timeline.sleep(waits.below(MOST_PATIENT_MS)).then(() => 'gone' as const);
  return Promise.race([running, gone]);
}

/** How many records from the first are done; the mapping sends everything from the first failure on again. */
async function send(world: World, shard: Shard, batch: readonly Message[]): Promise<number> {
  const { books } = world;
  const settlements = await answerOf(world, shard, invoke(world, warm(world, shard), batch, LAMBDA));
  // The environment goes on working; Lambda starts another one for the next delivery.
  if (settlements === 'gone') shard.host = undefined;
  if (settlements === undefined || settlements === 'gone') return 0;
  const failed = settlements.findIndex(({ settled }) => !settled);
  const done = failed < 0 ? batch.length : failed;
  for (const [i, settlement] of settlements.slice(0, done).entries()) {
    const message = batch[i];
    if (message) books.settled(nameOf(message), settlement);
  }
  return done;
}

/** Works off a shard, one batch at a time. */
export async function runShard(world: World, name: string, records: readonly Message[]): Promise<void> {
  const { timeline, waits, climate } = world;
  const shard: Shard = { name, host: undefined };
  for (let position = 0; position < records.length; ) {
    let batch = records.slice(position, position + 1 + waits.below(climate.largestBatch));
    position += batch.length;
    for (let failures = 0; batch.length > 0; failures++) {
      const done = await send(world, shard, batch);
      batch = batch.slice(done);
      if (done > 0) failures = 0;
      if (batch.length > 0)
        await timeline.sleep(
          Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + waits.next()),
        );
    }
  }
}
