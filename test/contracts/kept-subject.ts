import type { DeadLetters, RetryQueue } from '../../shared/core/kept.js';
import type { Clock } from '../../shared/core/ports.js';
import type { ObjectStore } from '../../shared/stores/objects.js';
import type { Shelf } from '../../shared/stores/shelf.js';

/** What is done to one request on its way: a throttled one does not arrive, of a lost one the answer does not. */
export type Interference = 'none' | 'throttled' | 'unavailable' | 'lost';

/** How a test wants the places opened. */
export interface KeptSetup {
  readonly clock: Clock;
  readonly random?: () => number;
  /** Asked before each request. */
  readonly interfere?: (index: number) => Interference;
  /** Another address than that of the services. */
  readonly endpoint?: string;
  /** Other names than those that were made. */
  readonly missing?: boolean;
  /** Leave delays to the service; else they are noted and messages can be had at once. */
  readonly delays?: 'real';
}

/** A retry queue and dead letters, opened as another process would. */
export interface KeptPlaces {
  readonly parking: RetryQueue & Shelf;
  readonly letters: DeadLetters & Shelf;
}

/** An empty retry queue with an empty place for letters, on a running service. */
export interface KeptStage {
  open(setup: KeptSetup): KeptPlaces;
  /** Everything the queue hands out now, taken from it as a platform does. */
  arrive(): Promise<Uint8Array[]>;
  /** Puts a message of somebody else into the queue. */
  smuggle(body: Uint8Array): Promise<void>;
  /** The delays messages were sent with so far, seconds. */
  delays(): readonly number[];
  /** The bucket or container behind letters and claims. */
  objects(pageSize?: number): ObjectStore;
}

/** A running service. */
export interface KeptGround {
  stage(): Promise<KeptStage>;
  close(): Promise<void>;
}

/** What the suite must know of a pair of places. */
export interface KeptSubject {
  readonly name: string;
  /** The limits of a queue on a network; none for memory, which has neither. */
  readonly remote?: { readonly maxBytes: number; readonly maxDelaySeconds: number };
  start(): Promise<KeptGround>;
}
