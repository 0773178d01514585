/** A message on its way into a queue. */
export interface Outgoing {
  /** Letters, digits, `+`, `/` and `=` only. */
  readonly text: string;
  /** Not to be handed out before. */
  readonly delayMs: number;
}

/** A message as the queue handed it out. It comes back unless it is removed in time. */
export interface Received {
  readonly id: string;
  readonly body: Uint8Array;
  /** When it was put into the queue, epoch milliseconds. */
  readonly at: number;
  /** Proof of having received it, for the queue. */
  readonly receipt: string;
}

/**
 * A queue of a cloud, with its limits. Whatever goes wrong is thrown as `park.unavailable`, after the tries that a
 * moment's trouble is worth.
 */
export interface MessageQueue {
  /** As a setting names it. */
  readonly place: string;
  /** The longest text one message takes. */
  readonly maxText: number;
  readonly maxDelayMs: number;
  /** All of them are in the queue when it resolves. */
  send(messages: readonly Outgoing[]): Promise<void>;
  /** Some that can be had now, hidden from others for a few minutes; none when there are none. */
  receive(): Promise<readonly Received[]>;
  remove(message: Received): Promise<void>;
  /** Shows it to others again at once. */
  release(message: Received): Promise<void>;
  /** About how many there are, those nobody can be handed now included. */
  count(): Promise<number>;
}
