import type { Clock, Log } from '../../shared/core/ports.js';
import type { PlaceLimits } from '../../shared/files/places/deps.js';
import type { FilePlace } from '../../shared/files/ports.js';

/** How a test wants a place opened. */
export interface PlaceSetup {
  readonly clock?: Clock;
  readonly log?: Log;
  /** Another port of this machine than that of the service, e.g. of a proxy. */
  readonly port?: number;
  readonly limits?: PlaceLimits;
  /** Names in one page of a listing, where the kind can be told. */
  readonly pageSize?: number;
  /** Another bucket, container or folder than the one that was made. */
  readonly missing?: boolean;
}

/** An empty place on a running service, and somebody else who writes there. */
export interface PlaceStage {
  /** Begins the names of the place, with its slash. */
  readonly prefix: string;
  open(setup?: PlaceSetup): Promise<FilePlace>;
  /** Any name the service takes, also beside the place. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A running service. */
export interface PlaceGround {
  stage(): Promise<PlaceStage>;
  close(): Promise<void>;
}

/** What the suite must know of a kind of place. */
export interface PlaceSubject {
  readonly name: string;
  /** Absent for places that are not reached over a network. */
  readonly network?: {
    /** Port the service listens at, once it was started. */
    port(): number;
    /** What must never be said to anybody. */
    readonly secrets: readonly string[];
  };
  /** Names this kind cannot hold, of those the suite tries. */
  readonly without?: readonly string[];
  start(): Promise<PlaceGround>;
}
