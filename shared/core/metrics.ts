import type { FaultCode } from './fault.js';
import type { ActionEnding, EndingName } from './ports.js';

/** Units, by the names that CloudWatch has for them. */
export type MetricUnit = 'Count' | 'Milliseconds' | 'Percent';

/** The ways in: closed, so that a file's or a stream's own name never becomes a dimension. */
export const DOORS = ['kinesis', 'eventhub', 'file', 'retry-queue', 'other'] as const;
export type DoorName = (typeof DOORS)[number];

/**
 * What numbers are told apart by. All four are bounded: three are closed lists of this program, the fourth has the names
 * that the rule file gives to connections. Nothing of a record, a person or a file is among them.
 */
export interface Dimensions {
  readonly Door: DoorName;
  readonly Ending: EndingName | ActionEnding;
  readonly Connection: string;
  readonly Code: FaultCode;
}
export type DimensionName = keyof Dimensions;

interface Metric {
  readonly unit: MetricUnit;
  readonly by: readonly DimensionName[];
  /** What it says, for docs/metrics.md. */
  readonly says: string;
}

/** Every number there is. docs/metrics.md is made of this list; a test holds them together. */
export const METRICS = {
  Records: {
    unit: 'Count',
    by: [],
    says: 'records that ended, however they did; one that is held counts again when it comes again',
  },
  RecordsEnded: {
    unit: 'Count',
    by: ['Ending'],
    says: 'the same by ending, the ten of the promise; an ending that none had is not sent',
  },
  ActionsEnded: {
    unit: 'Count',
    by: ['Ending'],
    says: 'changes that rules asked for, by what became of them: `delivered`, `unchanged`, `absent`, `rejected`, `failed`, `unanswered`, `unsent`',
  },
  SuppressedShare: {
    unit: 'Percent',
    by: [],
    says: 'of the changes that rules asked for, those not sent because the target holds them already',
  },
  BatchMessages: { unit: 'Count', by: ['Door'], says: 'messages in a batch' },
  BatchDuration: { unit: 'Milliseconds', by: ['Door'], says: 'how long a batch was worked on' },
  Lag: {
    unit: 'Milliseconds',
    by: ['Door'],
    says: 'how long the oldest message of a batch had waited since the first durable log took it in',
  },
  Calls: {
    unit: 'Count',
    by: ['Connection'],
    says: 'chunks of rows handed to the connection, repetitions and halves included: as a rule one request each, more where rows are looked up first or a bulk job is run',
  },
  CallDuration: {
    unit: 'Milliseconds',
    by: ['Connection'],
    says: 'how long each of these took, with all of its requests and what it took to be let in',
  },
  Retries: {
    unit: 'Count',
    by: ['Connection'],
    says: 'those of them that repeat one of the same invocation',
  },
  Rows: { unit: 'Count', by: ['Connection'], says: 'rows in these chunks' },
  RowsAccepted: { unit: 'Count', by: ['Connection'], says: 'rows that the target accepted' },
  RecordsHeld: {
    unit: 'Count',
    by: ['Connection'],
    says: 'records given back to the stream because of this connection',
  },
  RecordsParked: {
    unit: 'Count',
    by: ['Connection'],
    says: 'records put into the retry queue because of this connection, or of one of its rows',
  },
  BreakerOpen: {
    unit: 'Count',
    by: ['Connection'],
    says: '1 while this process leaves the connection alone, 0 while it sends; told when a batch met it',
  },
  QuotaLeft: {
    unit: 'Percent',
    by: ['Connection'],
    says: "what is left of the tightest limit of the connection's own `quota`, as the state store had it when it was last asked",
  },
  ConnectionFailures: {
    unit: 'Count',
    by: ['Code'],
    says: 'how often a connection failed as a whole: its breaker opened, or was tried in vain, by reason',
  },
  QuotaSpent: {
    unit: 'Count',
    by: [],
    says: 'records that waited because the own `quota` of a connection was used up; not sent when there were none',
  },
  AuditLost: {
    unit: 'Count',
    by: [],
    says: 'entries for `tributary why` that could not be written; the records they are about ended as they would have anyway; not sent when there were none',
  },
} as const satisfies Record<string, Metric>;
export type MetricName = keyof typeof METRICS;

/** The dimensions of one metric, each with a value. */
export type DimensionsOf<Name extends MetricName> = Readonly<
  Pick<Dimensions, (typeof METRICS)[Name]['by'][number]>
>;

/** One or more values of a metric that came up together, told apart as its list entry says. */
export interface Measurement {
  readonly name: MetricName;
  readonly by: Readonly<Partial<Dimensions>>;
  readonly values: readonly number[];
}

/** Numbers for the cloud's own metrics. Must not throw: what cannot be told is left out. */
export interface Metrics {
  /** Takes what one batch came to; `batch` is the name by which the log calls the batch. */
  record(measured: readonly Measurement[], batch: string): void;
}

/** A measurement with exactly the dimensions of its metric. */
export const measured = <Name extends MetricName>(
  name: Name,
  by: DimensionsOf<Name>,
  ...values: readonly number[]
): Measurement => ({ name, by, values });
