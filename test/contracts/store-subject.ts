import type { Clock, StateStore } from '../../shared/core/ports.js';

/** What is done to one request of a store on its way: a throttled one does not arrive, of a lost one the answer does not. */
export type Interference = 'none' | 'throttled' | 'unavailable' | 'lost';

/** How a test wants a store opened. */
export interface StoreSetup {
  readonly clock: Clock;
  readonly random?: () => number;
  readonly ttlDays?: number;
  /** Asked before each request; `about` holds the keys of the persons it is about. */
  readonly interfere?: (about: string, index: number) => Interference;
  /** Another address than that of the service. */
  readonly endpoint?: string;
  /** Another table than the one that was made. */
  readonly table?: string;
}

/** A running service with a table for states. */
export interface StoreGround {
  /** Opens a store with a client of its own, as another process would. */
  open(setup: StoreSetup): StateStore;
  /** Puts something into a person's place that no version of us has written; where such a thing can be. */
  spoil?(id: string): Promise<void>;
  close(): Promise<void>;
}

/** What the suite must know of a store. */
export interface StoreSubject {
  readonly name: string;
  /** Bytes of a packed state there is room for; none when there is no limit. */
  readonly room?: number;
  /** False for a store without a network: nothing can come between it and its answers. */
  readonly remote: boolean;
  start(): Promise<StoreGround>;
}
