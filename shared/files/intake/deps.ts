import type { Clock, Log, Pipeline, RunOptions, StateStore } from '../../core/ports.js';
import type { MessageQueue } from '../../stores/message-queue.js';
import type { ObjectStore } from '../../stores/objects.js';
import type { FileSource } from './source.js';

/** Everything the intake of files needs of the outside. */
export interface IntakeDeps {
  readonly sources: ReadonlyMap<string, FileSource>;
  readonly pipeline: Pipeline;
  /** Where progress is kept: the state store of the persons. */
  readonly store: StateStore;
  /** The files queue. */
  readonly queue: Pick<MessageQueue, 'send' | 'maxDelayMs'>;
  /** Where it is kept who is in a full export. */
  readonly objects: ObjectStore;
  /** What of a row's body the key of a person is made of, see person-lines.ts. */
  readonly personKeys: (body: Readonly<Record<string, unknown>>) => PersonKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** How long after its last writing the store remembers anything, milliseconds; for ever unless set. */
  readonly keptMs?: number;
  /** Rows in one run of the pipeline; {@link CHUNK_ROWS} unless set. */
  readonly chunkRows?: number;
  /** Lines sorted in memory at once; {@link SEGMENT_LINES} unless set. */
  readonly segmentLines?: number;
  /** And their characters; {@link SEGMENT_CHARACTERS} unless set. */
  readonly segmentCharacters?: number;
  /** Runs of sorted lines that are read at once; MOST_SOURCES of merge.ts unless set, which is also the most. */
  readonly mostRuns?: number;
}

/** Who a row is about, as far as a later exit of theirs needs it. */
export interface PersonKeys {
  /** All ids of the person, the best first; empty when the row has none. */
  readonly ids: readonly string[];
  /** The identities and attributes of `person.key` alone, as a body of an export has them. */
  readonly body: Readonly<Record<string, unknown>>;
  /** `namespace/id` of the audiences that the row says the person is in. */
  readonly memberOf: readonly string[];
  /** And those it says anything about. */
  readonly told: readonly string[];
}

/**
 * Rows that go through the pipeline together. A later version may take more, never fewer: a file that is under way remembers who is settled
 * among so many, and the open ones among them all have to be in the next piece, or those behind it would be passed over.
 */
export const CHUNK_ROWS = 500;
/** Lines of a full export that are sorted in memory at once. */
export const SEGMENT_LINES = 100_000;
/** Characters of such lines: some are long, of persons with many ids. */
export const SEGMENT_CHARACTERS = 32 * 1024 * 1024;

/** How an invocation is limited, and what the platform calls it. Epoch milliseconds. */
export interface Limits extends Pick<RunOptions, 'invocation' | 'traceparent'> {
  readonly deadline: number;
  /** Ends it earlier, after what is under way. */
  readonly stop?: AbortSignal;
}
