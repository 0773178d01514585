import type { Message, Settlement } from '../../shared/core/ports.js';
import { nameOf } from './books.js';
import { type Span, within } from './chance.js';
import { createHost, type Host } from './host.js';
import { type Allowance, invoke } from './invoke.js';
import type { World } from './world.js';

/** As functions/ and host.json have it: ten minutes, of which two are kept back. */
const FUNCTION: Allowance = { redelivers: true, workMs: 480_000, killMs: 600_000 };
/** The trigger's `retry`: exponential, for ever. */
const [SHORTEST_MS, LONGEST_MS] = [2_000, 60_000];
/** How long it takes until somebody else takes over a partition whose owner has died. */
const TAKE_OVER_MS: Span = [1_000, 30_000];
const LONGEST_UNTIL_LOST_MS = 5_000;

interface Partition {
  readonly name: string;
  readonly events: readonly Message[];
  /** Where the next owner begins. */
  checkpoint: number;
  /** Rises with each change of owner: who holds an older one has lost the partition. */
  epoch: number;
}

/** The workers of a function app. One that dies is replaced. */
interface App {
  readonly workers: Host[];
}

function worker(world: World, app: App): Host {
  const { waits, next, climate } = world;
  const slot = waits.below(climate.hubHosts);
  const known = app.workers[slot];
  if (known?.isAlive()) return known;
  const host = createHost(world, `function${slot}.${next()}`);
  app.workers[slot] = host;
  return host;
}

/** What an owner has worked off and not yet written into the checkpoint. */
interface Progress {
  position: number;
  settled: [Message, Settlement][];
}

function checkpoint(world: World, partition: Partition, progress: Progress): void {
  if (world.faults.strike('source.checkpoint-lost', partition.name)) return;
  partition.checkpoint = progress.position;
  for (const [message, settlement] of progress.settled) world.books.settled(nameOf(message), settlement);
  progress.settled = [];
}

/** Runs one batch until it succeeds, as the trigger's retry policy does; false when the owner lost the partition. */
async function work(world: World, partition: Partition, host: Host, progress: Progress): Promise<boolean> {
  const { timeline, waits, climate } = world;
  const { epoch } = partition;
  const batch = partition.events.slice(
    progress.position,
    progress.position + 1 + waits.below(Math.min(200, climate.largestBatch)),
  );
  for (let pause = SHORTEST_MS; ; pause = Math.min(LONGEST_MS, pause * 2)) {
    const settlements = await invoke(world, host, batch, FUNCTION);
    if (!host.isAlive() || partition.epoch !== epoch) return false;
    if (settlements?.every(({ settled }) => settled)) {
      progress.position += batch.length;
      for (const [i, message] of batch.entries()) {
        const settlement = settlements[i];
        if (settlement) progress.settled.push([message, settlement]);
      }
      checkpoint(world, partition, progress);
      return true;
    }
    await timeline.sleep(pause * (0.8 + 0.4 * waits.next()));
    if (!host.isAlive() || partition.epoch !== epoch) return false;
  }
}

/** Another worker takes the partition while its owner is at work; the owner's batch comes again and it cannot checkpoint. */
function maybeRebalance(world: World, partition: Partition, lose: () => void): void {
  const { faults, timeline, waits } = world;
  const { epoch } = partition;
  if (!faults.strike('source.rebalance', partition.name)) return;
  timeline.after(waits.below(LONGEST_UNTIL_LOST_MS), () => {
    if (partition.epoch !== epoch) return;
    partition.epoch += 1;
    lose();
  });
}

/** One owner's time with a partition: ends when it is worked off, or lost. */
async function own(world: World, partition: Partition, host: Host): Promise<void> {
  const progress: Progress = { position: partition.checkpoint, settled: [] };
  let lose = (): void => undefined;
  const lost = new Promise<boolean>((resolve) => {
    lose = () => resolve(false);
  });
  while (progress.position < partition.events.length) {
    maybeRebalance(world, partition, lose);
    if (!(await Promise.race([lost, work(world, partition, host, progress)]))) return;
  }
  // A checkpoint that was lost would come with the next batch; there is none.
  while (progress.settled.length > 0 && host.isAlive()) checkpoint(world, partition, progress);
}

/** Works off the partitions of an event hub with the workers of one function app. */
export async function runHub(
  world: World,
  partitions: ReadonlyMap<string, readonly Message[]>,
): Promise<void> {
  const { timeline, waits, story } = world;
  const app: App = { workers: [] };
  const run = async (name: string, events: readonly Message[]): Promise<void> => {
    const partition: Partition = { name, events, checkpoint: 0, epoch: 0 };
    while (partition.checkpoint < events.length) {
      const host = worker(world, app);
      story.tell(() => `${host.name} owns ${name} from event ${partition.checkpoint}`);
      const epoch = partition.epoch;
      await own(world, partition, host);
      // Only a death takes time to be noticed.
      if (partition.epoch === epoch && partition.checkpoint < events.length)
        await timeline.sleep(within(waits, TAKE_OVER_MS));
    }
  };
  await Promise.all([...partitions].map(([name, events]) => run(name, events)));
}
