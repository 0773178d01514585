import type { CheckpointStore } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { HubBatch } from '../../../local/functions-host/event-hub-encoder.js';
import {
  type EventHubTrigger,
  type RunningTrigger,
  startEventHubTrigger,
} from '../../../local/functions-host/event-hub-trigger.js';
import { parseHostJson } from '../../../local/functions-host/host-json.js';
import { GROUP, type HubGround, hubGround } from './hub-ground.js';

/** How long, and how often, to look for something that must come. */
export const SOON = { timeout: 20_000, interval: 50 };
/** The same for what takes several reconnections of the SDK. */
export const LATER = { timeout: 90_000, interval: 50 };

/** How one trigger is to be started; what is absent is plain. */
export interface Given {
  readonly hub: string;
  readonly run?: EventHubTrigger['run'];
  readonly eventHubs?: object;
  readonly over?: Partial<EventHubTrigger>;
}

/** Both emulators with these hubs for one test file, and triggers that end with their test. */
export interface TriggerGround {
  readonly ground: () => HubGround;
  readonly store: () => CheckpointStore;
  readonly start: (given: Given) => RunningTrigger;
}

const settings = (eventHubs: object) =>
  parseHostJson({ version: '2.0', extensions: { eventHubs } }).eventHubs;

/** Registers the hooks of the file. */
export const triggerGround = (hubs: Readonly<Record<string, number>>): TriggerGround => {
  let opened: HubGround | undefined;
  const running: RunningTrigger[] = [];
  const ground = (): HubGround => {
    if (opened === undefined) throw new Error('the emulators are not up');
    return opened;
  };
  const store = (): CheckpointStore => new BlobCheckpointStore(ground().checkpoints);
  beforeAll(async () => {
    opened = await hubGround(hubs);
  });
  afterAll(() => opened?.close());
  afterEach(async () => {
    await Promise.all(running.splice(0).map((trigger) => trigger.close()));
  });
  return {
    ground,
    store,
    start({ hub, run = async () => 'done', eventHubs = {}, over = {} }) {
      const trigger = startEventHubTrigger({
        connectionString: ground().hubs.connectionString(),
        hub,
        group: GROUP,
        many: true,
        store: store(),
        settings: settings(eventHubs),
        run,
        report: () => undefined,
        ...over,
      });
      running.push(trigger);
      return trigger;
    },
  };
};

/** Event texts as they were handed out, by partition. */
export interface Diary {
  readonly run: EventHubTrigger['run'];
  /** Everything handed out, repeats included. */
  all(partition?: string): string[];
  /** Repeats removed: must be in the order sent. */
  first(partition?: string): string[];
}

/** A run that writes down what it gets and then does `after`. */
export const diary = (after: () => void = () => undefined): Diary => {
  const log = new Map<string, string[]>();
  const note = ({ events, partition }: HubBatch): void => {
    const seen = log.get(partition.partitionId) ?? [];
    log.set(partition.partitionId, [...seen, ...events.map(({ body }) => String(body))]);
  };
  return {
    run: async (batch) => {
      note(batch);
      after();
      return 'done';
    },
    all: (partition = '0') => log.get(partition) ?? [],
    first: (partition = '0') => [...new Set(log.get(partition))],
  };
};

/** How many partitions each owner holds, most first. */
export const shares = async ({ checkpoints }: HubGround, hub: string): Promise<number[]> => {
  const owners = new Map<string, number>();
  for await (const blob of checkpoints.listBlobsFlat({ includeMetadata: true })) {
    const owner = blob.metadata?.['ownerid'];
    if (!blob.name.includes(`/${hub}/${GROUP}/ownership/`) || !owner) continue;
    owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  return [...owners.values()].sort((a, b) => b - a);
};
