import type { HubConfig } from './config.js';
import { PartitionLog } from './log.js';

/** What one hub holds. */
export interface HubData {
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly partitions: PartitionLog[];
  /** Sends without partition or key so far: they go round. */
  turn: number;
}

/** Everything the hubs hold, apart from any server: hand it to the next emulator to go on where the last one stopped. */
export class EventHubsData {
  readonly #hubs = new Map<string, HubData>();

  /** The hub's data, made on first use; a partition that a new config adds starts empty. */
  hub(config: HubConfig, now: number): HubData {
    const key = config.name.toLowerCase();
    const data = this.#hubs.get(key) ?? { createdAt: now, partitions: [], turn: 0 };
    this.#hubs.set(key, data);
    while (data.partitions.length < config.partitions) data.partitions.push(new PartitionLog());
    return data;
  }
}
