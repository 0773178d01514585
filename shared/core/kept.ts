import type { Fault, Result } from './fault.js';
import type { Message } from './ports.js';
import type { Owed } from './state.js';

/** What a target said, word for word. */
export interface Remote {
  readonly connection: string;
  readonly code: string;
  readonly text: string;
  readonly field?: string;
}

/** Why something is kept. */
export interface Reason {
  readonly fault: Fault;
  /** When a target refused it. */
  readonly remote?: Remote;
}

/** A send that got no answer and must not be repeated: it may have been done. */
export interface Doubt {
  readonly connection: string;
  readonly object: string;
  /** Which send it was, as the person's state names it: what a replay gives leave to. */
  readonly target: string;
  /** `rule (transition)`, for people; absent where that is not known any more. */
  readonly causes?: readonly string[];
  /** Nobody wants it any more, so a replay does not send it. */
  readonly overtaken?: true;
}

/** A message that waits outside its stream, or is kept for good, with all that is needed to try it again. */
export interface KeptMessage extends Reason {
  readonly message: Message;
  /** Index of the record within the message; the whole message when absent. */
  readonly record?: number;
  /** All of it that may have been done; then it is kept because of that. A letter of an older version does not say. */
  readonly doubts?: readonly Doubt[];
  /** Beside {@link doubts}: why it would be kept without them. It is not done before this is mended, too. */
  readonly beside?: Reason;
  /** What the target calls the request that it refused, or that failed at last, where it says so. */
  readonly requestId?: string;
  /** When it was kept, epoch milliseconds. */
  readonly at: number;
  /** The wait the target asked for. */
  readonly afterMs?: number;
  /** How often it was tried in vain, this time included; 1 when absent. */
  readonly attempts?: number;
  /** When it was kept for the first time, epoch milliseconds; `at` when absent. */
  readonly firstSeen?: number;
  /** One-way name of the person, as in the logs. */
  readonly person?: string;
  /**
   * Edges of the record that the person's standing has moved past although not all that rules wanted could be done. When
   * absent nothing is said: an earlier letter of the same record may know.
   */
  readonly owed?: readonly Owed[];
}

/** The retry queue. A promise that resolves means: durable. */
export interface Parking {
  park(items: readonly KeptMessage[]): Promise<void>;
}

/** A parked message as it comes back. */
export interface Parked {
  readonly kept: KeptMessage;
  /** Not to be tried before, epoch milliseconds. */
  readonly due: number;
  /** Where its bytes lie when they do not fit the queue; opaque to everybody but the queue. */
  readonly claim?: string;
}

/** The retry queue, from the side of those who work it off. */
export interface RetryQueue extends Parking {
  /**
   * Reads one of its messages as a platform hands it over. Bad: `park.format` for one that is not ours or of a newer
   * version, `park.unavailable` when its bytes cannot be fetched now.
   */
  open(text: Uint8Array): Promise<Result<Parked>>;
  /** Puts back what came before it was due; that does not count as an attempt. */
  postpone(items: readonly Parked[]): Promise<void>;
  /** Lets go of what lies outside the queue for a message that has been settled. */
  forget(item: Parked): Promise<void>;
}

/**
 * Where what can never succeed is kept with its reason. A promise that resolves means: durable.
 * Burying the same record of the same message again replaces the letter, all but what it says is owed or in doubt: that stays so
 * beside what the new one says, unless the record came out of a letter itself (`message.owed`): then the new one has the last word.
 */
export interface DeadLetters {
  bury(items: readonly KeptMessage[]): Promise<void>;
}
