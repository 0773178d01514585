import type { IncomingEvent } from './event.js';

/** An event with its place in the partition. */
export interface StoredEvent {
  readonly sequenceNumber: number;
  /** Bytes before it in the partition: grows, and never equals the sequence number for long. */
  readonly offset: number;
  /** Epoch milliseconds, never less than its predecessor's. */
  readonly enqueuedAt: number;
  readonly event: IncomingEvent;
}

/** What a position may be given by; all three grow along the partition. */
export type PositionField = 'sequenceNumber' | 'offset' | 'enqueuedAt';

const sizeOf = ({ header, rest }: IncomingEvent): number => header.length + rest.length + 64;

/** One partition: an append-only log in memory that keeps the newest events up to a count. */
export class PartitionLog {
  #events: StoredEvent[] = [];
  /** Sequence number of `#events[0]`. */
  #base = 0;
  /** Where the retained events begin within `#events`; what lies before is dropped in bulk. */
  #head = 0;
  #nextOffset = 0;
  #lastEnqueuedAt = 0;

  /** Sequence number of the oldest retained event, or of the next one when there is none. */
  get first(): number {
    return this.#base + this.#head;
  }

  /** Sequence number the next event will get. */
  get end(): number {
    return this.#base + this.#events.length;
  }

  /** Offset the next event will get. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** The newest event, if there ever was one. */
  get last(): StoredEvent | undefined {
    return this.#events.at(-1);
  }

  /** Adds a batch at one instant, then drops the oldest events beyond `retain` (1 or more). */
  append(batch: readonly IncomingEvent[], at: number, retain: number): void {
    this.#lastEnqueuedAt = Math.max(this.#lastEnqueuedAt, at);
    for (const event of batch) {
      const place = { sequenceNumber: this.end, offset: this.#nextOffset, enqueuedAt: this.#lastEnqueuedAt };
      this.#events.push({ ...place, event });
      this.#nextOffset += sizeOf(event);
    }
    this.#head = Math.max(this.#head, this.#events.length - Math.max(1, retain));
    if (this.#head >= 1_024 && this.#head * 2 >= this.#events.length) this.#compact();
  }

  /** Dropping in bulk keeps an append at constant cost; at most half of the array is ever dead. */
  #compact(): void {
    this.#events = this.#events.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }

  /** The event with this sequence number, unless it is gone or yet to come. */
  at(sequenceNumber: number): StoredEvent | undefined {
    return sequenceNumber < this.first ? undefined : this.#events[sequenceNumber - this.#base];
  }

  /** Everything retained, oldest first. */
  retained(): readonly StoredEvent[] {
    return this.#events.slice(this.#head);
  }

  /** Sequence number of the first retained event whose field is past `value` (or at it, when inclusive); else `end`. */
  find(field: PositionField, value: number, inclusive: boolean): number {
    let low = this.#head;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#events[middle]?.[field] ?? Number.POSITIVE_INFINITY;
      if (found > value || (inclusive && found === value)) high = middle;
      else low = middle + 1;
    }
    return this.#base + low;
  }
}
