import type { Clock, Log, Secrets } from '../../core/ports.js';
import type { AzureConnection } from '../../stores/azure-connection.js';

/** How long a place is waited for, milliseconds. */
export interface PlaceLimits {
  /** For the answer to one request. */
  readonly answerMs: number;
  /** For the next bytes of a file that is being read. */
  readonly idleMs: number;
}

/** What every kind of place is given from outside. */
export interface PlaceDeps {
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  /** The deployment's own storage account (`TRIBUTARY_STORAGE_CONNECTION`): for blobs, where nothing else is said. */
  readonly connection?: AzureConnection | undefined;
  /** Only looks: access that ends soon is told of, but not renewed. */
  readonly looks?: boolean;
  /** Other limits than the usual ones. */
  readonly limits?: PlaceLimits;
}

/** Enough for a service that is slow to begin, little enough for a function that must end. */
export const LIMITS: PlaceLimits = { answerMs: 15_000, idleMs: 20_000 };
