import type { FaultCode } from './fault.js';
import type { DoorName } from './metrics.js';
import type { EndingName } from './ports.js';
import type { Operation } from './remote.js';

/** What there are spans of, and what each says. docs/traces.md is made of this list; a test holds them together. */
export const SPANS = {
  batch: 'a batch; all others are within it',
  decode: 'reading what the messages hold, until the rules for them are known',
  'state.read': 'a read of persons out of the state store',
  'state.write': 'a write of persons into it',
  send: 'a request about rows to a connection, repetitions and halves included, and what it takes to be let in',
  park: 'a write into the retry queue',
  bury: 'a write of dead letters',
} as const satisfies Record<string, string>;
export type SpanName = keyof typeof SPANS;

/** What a span can say. Numbers, closed lists, names of the rule file and ids of requests: nothing of an event. */
export interface SpanFacts {
  /** The name by which log and metrics call the batch. */
  readonly batch?: string;
  readonly door?: DoorName;
  readonly messages?: number;
  readonly records?: number;
  /** Endings of a batch, by name. */
  readonly endings?: Readonly<Partial<Record<EndingName, number>>>;
  /** Persons read or written, records kept. */
  readonly count?: number;
  readonly connection?: string;
  readonly operation?: Operation;
  /** The remote object type, as the rule file has it. */
  readonly object?: string;
  readonly rows?: number;
  readonly accepted?: number;
  /** What the target calls the request. */
  readonly requestId?: string;
  /** Spans of the batch beyond those that are sent. */
  readonly dropped?: number;
  /** Why it failed; a span with a code is marked as failed. */
  readonly code?: FaultCode;
}

/** A span that has ended. */
export interface EndedSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** What it is within; absent for the first of a trace that nobody began before us. */
  readonly parentId?: string;
  readonly name: SpanName;
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
  readonly facts: SpanFacts;
}

/** Takes spans away. Gives why it could not, for the log; never throws for what the other side does. */
export interface SpanSink {
  send(spans: readonly EndedSpan[]): Promise<string | undefined>;
}
