import type { InvocationContext } from '@azure/functions';
import { eventHub } from '../../functions/event-hub.js';
import { WORK_MS } from '../../functions/work-ms.js';
import type { Settlement } from '../../shared/core/ports.js';
import { type RetryPolicy, runWithRetry } from '../functions-host/retry.js';
import type { RpcRetryContext } from '../functions-host/rpc.js';
import { type Span, within } from './chance.js';
import { invoke } from './invoke.js';
import { type Process, startProcess } from './process.js';
import { HUB, type StreamRecord } from './publish.js';
import type { World } from './world.js';

/** As host.json and functions/index.ts have it. */
const TIMEOUT_MS = 600_000;
const LARGEST_BATCH = 200;
const RETRY: RetryPolicy = {
  retryStrategy: 'exponentialBackoff',
  maxRetryCount: -1,
  minimumInterval: 2_000,
  maximumInterval: 60_000,
};
/** How long it takes until somebody else takes over a partition whose owner has died. */
const TAKE_OVER_MS: Span = [1_000, 30_000];
const LONGEST_UNTIL_LOST_MS = 5_000;

interface Partition {
  readonly name: string;
  readonly events: readonly StreamRecord[];
  /** Where the next owner begins. */
  checkpoint: number;
}

/** One worker's time with a partition; aborted when the worker dies or the partition is given to another. */
interface Ownership {
  readonly partition: Partition;
  readonly process: Process;
  readonly end: AbortController;
  /** The next event, and what has been worked off and not yet written into the checkpoint. */
  position: number;
  settled: [StreamRecord, Settlement | undefined][];
}

function checkpoint(world: World, { partition, position, settled }: Ownership): void {
  if (world.faults.strike('source.checkpoint-lost', partition.name)) return;
  partition.checkpoint = position;
  for (const [{ name }, settlement] of settled.splice(0)) world.books.settled(name, settlement);
}

function contextOf(
  world: World,
  batch: readonly StreamRecord[],
  retry: RpcRetryContext | undefined,
): InvocationContext {
  const context: Partial<InvocationContext> = {
    invocationId: `i-${world.next()}`,
    triggerMetadata: {
      partitionContext: { eventHubName: HUB, partitionId: batch[0]?.lane ?? '' },
      systemPropertiesArray: batch.map(({ sequence, at }) => ({
        sequenceNumber: sequence,
        enqueuedTimeUtc: new Date(at).toISOString(),
      })),
    },
    options: {
      trigger: { type: 'eventHubTrigger', name: 'in', cardinality: 'many' },
      extraInputs: [],
      extraOutputs: [],
    },
    ...(retry && { retryContext: { retryCount: retry.retryCount, maxRetryCount: retry.maxRetryCount } }),
  };
  // All that the handler reads of it; the class itself is no ES export of its package on Node 20.
  return context as InvocationContext;
}

/** Runs one batch until it succeeds or the partition is lost, as the trigger's retry policy does. */
async function work(world: World, own: Ownership): Promise<void> {
  const { timeline, waits, climate, story } = world;
  const { partition, process, end } = own;
  const most = Math.min(LARGEST_BATCH, climate.largestBatch);
  const batch = partition.events.slice(own.position, own.position + 1 + waits.below(most));
  const payload = batch.map(({ body }) => body);
  let settlements: ReadonlyMap<string, Settlement> = new Map();
  const attempt = async (retry: RpcRetryContext | undefined): Promise<void> => {
    const came = await invoke(world, process, {
      what: batch.map(({ name }) => name).join(', '),
      killMs: TIMEOUT_MS,
      run: async ({ pipeline }) =>
        eventHub(pipeline, { clock: process.host.clock, workMs: WORK_MS })(
          payload,
          contextOf(world, batch, retry),
        ),
    });
    if (came.kind === 'failed') throw came.error;
    if (came.kind === 'gone') throw new Error('the worker died');
    settlements = came.settlements;
  };
  const outcome = await runWithRetry(RETRY, attempt, {
    clock: timeline,
    random: () => waits.next(),
    signal: end.signal,
    mayContinue: async () => !end.signal.aborted,
    report: (error) => story.tell(() => `${partition.name} fails: ${error}`),
  });
  if (outcome !== 'done') return;
  own.position += batch.length;
  for (const record of batch) own.settled.push([record, settlements.get(record.name)]);
  checkpoint(world, own);
}

/** Another worker takes the partition while its owner is at work; the owner's batch comes again and it cannot checkpoint. */
function maybeRebalance({ faults, timeline, waits }: World, { partition, end }: Ownership): void {
  if (faults.strike('source.rebalance', partition.name))
    timeline.after(waits.below(LONGEST_UNTIL_LOST_MS), () => end.abort());
}

/** One owner's time with a partition: ends when it is worked off, or lost. */
async function own(world: World, partition: Partition, process: Process): Promise<void> {
  const end = new AbortController();
  const lost = new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve()));
  const ownership: Ownership = { partition, process, end, position: partition.checkpoint, settled: [] };
  const stop = process.host.whenDead(() => end.abort());
  while (ownership.position < partition.events.length && !end.signal.aborted) {
    maybeRebalance(world, ownership);
    await Promise.race([lost, work(world, ownership)]);
  }
  // A checkpoint that was lost would come with the next batch; there is none.
  while (ownership.settled.length > 0 && !end.signal.aborted) checkpoint(world, ownership);
  stop();
}

/** The workers of a function app: one that died is replaced. */
function worker(world: World, workers: Process[]): Process {
  const { waits, next, climate } = world;
  const slot = waits.below(climate.hubHosts);
  const known = workers[slot];
  if (known?.host.isAlive()) return known;
  const process = startProcess(world, `function${slot}.${next()}`, 'azure');
  workers[slot] = process;
  return process;
}

/** Works off the partitions of an event hub with the workers of one function app. */
export async function runHub(
  world: World,
  partitions: ReadonlyMap<string, readonly StreamRecord[]>,
): Promise<void> {
  const { timeline, waits, story } = world;
  const workers: Process[] = [];
  const run = async (name: string, events: readonly StreamRecord[]): Promise<void> => {
    const partition: Partition = { name, events, checkpoint: 0 };
    while (partition.checkpoint < events.length) {
      const process = worker(world, workers);
      story.tell(() => `${process.host.name} owns ${name} from event ${partition.checkpoint}`);
      await own(world, partition, process);
      // Only a death takes time to be noticed.
      if (!process.host.isAlive()) await timeline.sleep(within(waits, TAKE_OVER_MS));
    }
  };
  await Promise.all([...partitions].map(([name, events]) => run(name, events)));
}
