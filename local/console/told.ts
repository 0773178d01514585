import type { EndingName } from '../../shared/core/ports.js';

/** One record, as the stream of records shows it in a line. Carries personal values: for this machine only. */
export interface Row {
  /** Place in the order in which records came up first, from 1. */
  readonly n: number;
  /** Its message's position in the source, and its index in the message. */
  readonly id: string;
  readonly record: number;
  readonly source: string;
  /** When the first durable log took it in, and when it ended last, epoch milliseconds. */
  readonly at: number;
  readonly ended: number;
  readonly ending: EndingName;
  /** How often it was worked on. */
  readonly tries: number;
  readonly code?: string;
  /** In clear where it could be read that far. */
  readonly person?: string;
  /** The connection that kept it from ending well. */
  readonly connection?: string;
  /** What happened to the person, e.g. `entered vip`. */
  readonly edges: readonly string[];
  /** Rules that asked for something that was sent. */
  readonly rules: readonly string[];
  /** How many changes were sent for it. */
  readonly actions: number;
}

/** One place records come from. */
export interface Door {
  readonly name: string;
  readonly records: number;
  /** Oldest record of its latest batch, when that began, milliseconds behind. */
  readonly lagMs: number;
}

/** One connection of the file. */
export interface Connection {
  readonly name: string;
  readonly kind: string;
  readonly accepted: number;
  readonly refused: number;
  /** No answer, or one that waiting may cure. */
  readonly failed: number;
  /** Whether nothing is sent to it at the moment. */
  readonly shut: boolean;
  /** Why, and when it is tried next, as the latest record says that waits for it. */
  readonly why?: string;
}

/** Sums since the start. */
export interface Sums {
  readonly messages: number;
  readonly records: number;
  /** Messages that are being worked on. */
  readonly under: number;
  readonly endings: Readonly<Record<EndingName, number>>;
  readonly calls: number;
  readonly rows: number;
  readonly doors: readonly Door[];
  readonly connections: readonly Connection[];
  readonly parked: number;
  readonly letters: number;
  readonly sending: Sending;
}

/** Whether the page may send events: not while the demo's own are counted, nor while some are being sent. */
export type Sending = 'counting' | 'ready' | 'busy';

/** What happened within one second. */
export interface Second {
  /** Epoch seconds. */
  readonly t: number;
  /** Records that ended, by ending, redeliveries included, in the order of `ENDINGS`. */
  readonly endings: readonly number[];
  readonly calls: number;
  readonly rows: number;
  /** Oldest record that began, milliseconds behind. */
  readonly lagMs: number;
}

/** What the page is told of the run at once. */
export interface Hello {
  readonly kind: 'hello';
  readonly version: string;
  /** Name of the rule file. */
  readonly config: string;
  readonly startedAt: number;
  /** Rows kept; older ones are gone. */
  readonly capacity: number;
  /** Whether there is a demo CRM to be broken and mended. */
  readonly crm: boolean;
}

/** One line of the stream that a page follows. */
export type Line =
  | Hello
  /** New rows, and rows that changed. */
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'sums'; readonly sums: Sums }
  | { readonly kind: 'seconds'; readonly seconds: readonly Second[] };
