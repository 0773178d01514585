import type { CheckpointStore } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { HubBatch } from '../../../local/functions-host/event-hub-encoder.js';
import {
  type EventHubTrigger,
  type RunningTrigger,
  startEventHubTrigger,
} from '../../../local/functions-host/event-hub-trigger.js';
import { parseHostJson } from '../../../local/functions-host/host-json.js';
import { type RunOutcome, runWithRetry } from '../../../local/functions-host/retry.js';
import { bodies, GROUP, type HubGround, hubGround } from './hub-ground.js';

const HUBS = { split: 4, cut: 2, crash: 1, stolen: 1, every: 1, never: 1, single: 1, late: 1 };
const SOON = { timeout: 20_000, interval: 50 };

let ground: HubGround;
const running: RunningTrigger[] = [];

beforeAll(async () => {
  ground = await hubGround(HUBS);
});
afterAll(() => ground.close());
afterEach(async () => {
  await Promise.all(running.splice(0).map((trigger) => trigger.close()));
});

/** Event texts as they were handed out, by partition. */
type Log = Map<string, string[]>;
const note = (log: Log, { events, partition }: HubBatch): void => {
  const seen = log.get(partition.partitionId) ?? [];
  log.set(partition.partitionId, [...seen, ...events.map(({ body }) => String(body))]);
};

const settings = (eventHubs: object) =>
  parseHostJson({ version: '2.0', extensions: { eventHubs } }).eventHubs;
const blobStore = (): CheckpointStore => new BlobCheckpointStore(ground.checkpoints);

interface Given {
  readonly hub: keyof typeof HUBS;
  readonly run?: EventHubTrigger['run'];
  readonly eventHubs?: object;
  readonly over?: Partial<EventHubTrigger>;
}

const start = ({ hub, run = async () => 'done', eventHubs = {}, over = {} }: Given): RunningTrigger => {
  const trigger = startEventHubTrigger({
    connectionString: ground.hubs.connectionString(),
    hub,
    group: GROUP,
    many: true,
    store: blobStore(),
    settings: settings(eventHubs),
    run,
    report: () => undefined,
    ...over,
  });
  running.push(trigger);
  return trigger;
};

/** How many partitions each owner holds, most first. */
const shares = async (hub: string): Promise<number[]> => {
  const owners = new Map<string, number>();
  for await (const blob of ground.checkpoints.listBlobsFlat({ includeMetadata: true })) {
    const owner = blob.metadata?.['ownerid'];
    if (!blob.name.includes(`/${hub}/${GROUP}/ownership/`) || !owner) continue;
    owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  return [...owners.values()].sort((a, b) => b - a);
};

/** Repeats removed: what is left of a log must be in the order it was sent. */
const firstSeen = (log: Log, partition: string): string[] => [...new Set(log.get(partition))];

test('two consumers share four partitions, one takes all back when the other closes', async () => {
  const log: Log = new Map();
  const run: EventHubTrigger['run'] = async (batch) => {
    note(log, batch);
    return 'done';
  };
  start({ hub: 'split', run });
  await vi.waitFor(async () => expect(await shares('split')).toEqual([4]), SOON);
  const other = start({ hub: 'split', run });
  await vi.waitFor(async () => expect(await shares('split')).toEqual([2, 2]), SOON);
  const partitions = ['0', '1', '2', '3'];
  await Promise.all(partitions.map((each) => ground.send('split', bodies(`p${each}`, 30), each)));
  await vi.waitFor(() => {
    for (const each of partitions) expect(firstSeen(log, each)).toEqual(bodies(`p${each}`, 30));
  }, SOON);
  await other.close();
  await vi.waitFor(async () => expect(await shares('split')).toEqual([4]), SOON);
});

test('sockets cut in mid-stream: nothing is lost, each partition keeps its order', async () => {
  const log: Log = new Map();
  let cuts = 3;
  start({
    hub: 'cut',
    eventHubs: { maxEventBatchSize: 10 },
    run: async (batch) => {
      note(log, batch);
      if (cuts-- > 0) ground.hubs.dropConnections();
      return 'done';
    },
  });
  for (const partition of ['0', '1']) {
    await vi.waitFor(() => ground.send('cut', bodies(`c${partition}`, 200), partition), SOON);
  }
  await vi.waitFor(() => {
    for (const each of ['0', '1']) expect(new Set(log.get(each))).toEqual(new Set(bodies(`c${each}`, 200)));
  }, SOON);
  for (const each of ['0', '1']) expect(firstSeen(log, each)).toEqual(bodies(`c${each}`, 200));
  expect(cuts).toBeLessThan(0);
  await vi.waitFor(async () => {
    for (const each of ['0', '1']) expect(await ground.checkpoint('cut', each)).toBe(199);
  }, SOON);
});

/** A store whose process has died: it can read, and never writes again. */
const dyingStore = () => {
  const store = blobStore();
  let dead = false;
  const unlessDead = () => (dead ? Promise.reject(new Error('the process is gone')) : undefined);
  return {
    die: () => {
      dead = true;
    },
    store: {
      listOwnership: (...args) => store.listOwnership(...args),
      listCheckpoints: (...args) => store.listCheckpoints(...args),
      claimOwnership: async (...args) => unlessDead() ?? store.claimOwnership(...args),
      updateCheckpoint: async (...args) => unlessDead() ?? store.updateCheckpoint(...args),
    } satisfies CheckpointStore,
  };
};

test('a crash before the checkpoint: the batch is delivered again to whoever takes over', async () => {
  const { store, die } = dyingStore();
  const first: Log = new Map();
  const errors: unknown[] = [];
  const crashed = start({
    hub: 'crash',
    over: { store, report: (error) => errors.push(error) },
    run: async (batch) => {
      note(first, batch);
      die();
      return 'done';
    },
  });
  await ground.send('crash', bodies('e', 5));
  await vi.waitFor(() => expect(errors.map(String)).toContain('Error: the process is gone'), SOON);
  await crashed.close().catch(() => undefined); // it cannot give its partitions back
  expect(await ground.checkpoint('crash')).toBeUndefined();
  expect(await shares('crash')).toEqual([1]);
  const second: Log = new Map();
  const run: EventHubTrigger['run'] = async (batch) => {
    note(second, batch);
    return 'done';
  };
  start({ hub: 'crash', run });
  await vi.waitFor(async () => expect(await ground.checkpoint('crash')).toBe(4), SOON);
  expect(firstSeen(first, '0')).toEqual(bodies('e', 5));
  expect(firstSeen(second, '0')).toEqual(bodies('e', 5));
});

/** Writes another owner over a partition, as a consumer that steals it would. */
const steal = async (hub: string): Promise<void> => {
  const store = blobStore();
  for await (const blob of ground.checkpoints.listBlobsFlat()) {
    const [namespace, name] = blob.name.split('/');
    if (name !== hub || namespace === undefined) continue;
    for (const owned of await store.listOwnership(namespace, hub, GROUP)) {
      const taken = await store.claimOwnership([{ ...owned, ownerId: 'thief' }]);
      if (taken.length > 0) return;
    }
  }
  throw new Error('nothing was stolen');
};

test('an endless retry ends when its partition is stolen, and moves no checkpoint', async () => {
  const outcomes: RunOutcome[] = [];
  let attempts = 0;
  let cured = false;
  start({
    hub: 'stolen',
    run: async (_, { signal, stillOwned }) => {
      const outcome = await runWithRetry(
        { retryStrategy: 'fixedDelay', maxRetryCount: -1, delayInterval: 0 },
        async () => {
          attempts += 1;
          if (!cured) throw new Error('down');
        },
        {
          clock: { now: Date.now, sleep: () => new Promise((resolve) => setTimeout(resolve, 20)) },
          random: Math.random,
          signal,
          mayContinue: stillOwned,
          report: () => undefined,
        },
      );
      outcomes.push(outcome);
      return outcome;
    },
  });
  await ground.send('stolen', ['e']);
  await vi.waitFor(() => expect(attempts).toBeGreaterThan(2), SOON);
  await vi.waitFor(() => steal('stolen'), SOON); // may lose the race against a renewal
  await vi.waitFor(() => expect(outcomes).toEqual(['lost']), SOON);
  expect(await ground.checkpoint('stolen')).toBeUndefined();
  cured = true;
  await vi.waitFor(async () => expect(await ground.checkpoint('stolen')).toBe(0), SOON); // the thief never came: it is taken back
  expect(outcomes).toEqual(['lost', 'done']);
});

test('batchCheckpointFrequency 2: every other batch, and the batch knows', async () => {
  const announced: boolean[] = [];
  const run: EventHubTrigger['run'] = async ({ checkpoints }) => {
    announced.push(checkpoints);
    return 'done';
  };
  start({ hub: 'every', eventHubs: { batchCheckpointFrequency: 2, maxEventBatchSize: 1 }, run });
  await ground.send('every', bodies('e', 3));
  await vi.waitFor(() => expect(announced).toEqual([false, true, false]), SOON);
  await vi.waitFor(async () => expect(await ground.checkpoint('every')).toBe(1), SOON);
});

test('enableCheckpointing false: none is ever written', async () => {
  let seen = 0;
  const run: EventHubTrigger['run'] = async ({ events, checkpoints }) => {
    expect(checkpoints).toBe(false);
    seen += events.length;
    return 'done';
  };
  const trigger = start({ hub: 'never', eventHubs: { enableCheckpointing: false }, run });
  await ground.send('never', bodies('e', 3));
  await vi.waitFor(() => expect(seen).toBe(3), SOON);
  await trigger.close();
  expect(await ground.checkpoint('never')).toBeUndefined();
});

test('cardinality one: event by event, checkpoint at the end of the received batch', async () => {
  const sizes: number[] = [];
  const run: EventHubTrigger['run'] = async ({ events }) => {
    sizes.push(events.length);
    return 'exhausted';
  };
  start({ hub: 'single', run, over: { many: false } });
  await ground.send('single', bodies('e', 4));
  await vi.waitFor(async () => expect(await ground.checkpoint('single')).toBe(3), SOON);
  expect(sizes).toEqual([1, 1, 1, 1]);
});

test('a start by time leaves out what is older', async () => {
  await ground.send('late', ['old']);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const since = new Date().toISOString();
  await ground.send('late', ['new']);
  const log: Log = new Map();
  const run: EventHubTrigger['run'] = async (batch) => {
    note(log, batch);
    return 'done';
  };
  const start_ = { type: 'fromEnqueuedTime', enqueuedTimeUtc: since };
  start({ hub: 'late', run, eventHubs: { initialOffsetOptions: start_ } });
  await vi.waitFor(async () => expect(await ground.checkpoint('late')).toBe(1), SOON);
  expect(log.get('0')).toEqual(['new']);
});
