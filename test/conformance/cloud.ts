import type { QuickClock } from './quick-clock.js';
import type { Worker } from './worker.js';

/** Everything a deployment is given: settings, time, and how its process starts. */
export interface Site {
  /** Unique in this file: names streams, stores and checkpoints. */
  readonly name: string;
  /** Shards, or partitions. */
  readonly lanes: number;
  readonly settings: Readonly<Record<string, string>>;
  /** The pipeline's time. */
  readonly clock: QuickClock;
  /** Puts a fresh process there. */
  readonly boot: () => Worker;
  /** Told of what the platform reports: failed attempts, lost connections. */
  readonly report: (error: unknown) => void;
}

/** One message to publish. */
export interface Posting {
  readonly body: Buffer;
  readonly lane: number;
}

/** One stream and the function that consumes it, on one cloud. */
export interface Deployment {
  /** What the function calls this stream in `Message.source`. */
  readonly source: string;
  /** Appends messages, in order; answers with the id each of them has for the function. */
  publish(messages: readonly Posting[]): Promise<readonly string[]>;
  /** Starts consuming, where it was left or at the oldest message. */
  start(): Promise<void>;
  /** How many messages the stream need not deliver again. */
  position(): Promise<number>;
  /** The function's process dies in mid-batch; the platform goes on with a new one. */
  crash(): void;
  /** Everything that consumes dies in mid-batch, the platform too. `start` brings it back. */
  kill(): Promise<void>;
  /** Stops in good order and forgets how far it was. */
  rewind(): Promise<void>;
  close(): Promise<void>;
}

/** What one cloud takes to run the scenarios: started once per file. */
export interface Cloud {
  readonly name: string;
  deploy(site: Site): Promise<Deployment>;
  close(): Promise<void>;
}
