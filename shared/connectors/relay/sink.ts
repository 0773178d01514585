import type { Finding, Outcome } from '../../core/remote.js';
import type { Message } from './message.js';

/** The side of a stream or bus that takes messages. */
export interface Sink {
  /** One request, or as many as the target needs; one outcome per message, same order. Never throws for an answer. */
  publish(messages: readonly Message[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /** Looks at the target by a read that changes nothing; nothing when it has no such read. Never throws for an answer. */
  look?(signal: AbortSignal): Promise<Finding>;
  /** Ends what it holds open. */
  close?(): Promise<void>;
}
