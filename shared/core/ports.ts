import type { Fault, Result } from './fault.js';
import type { Judged } from './judged.js';
import type { Action, Outcome } from './remote.js';
import type { Owed, PersonState } from './state.js';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * One message as a door hands it over: a Kinesis record, an Event Hubs event, a file row, an HTTP item.
 * It may hold several profile exports; each of them is a *record* with an ending of its own.
 */
export interface Message {
  /** Position in its source, unique there: sequence number, `partition/sequence`, `file:row`. */
  readonly id: string;
  /** Raw bytes, text, or a value a platform has already parsed (Azure parses JSON bodies before we see them). */
  readonly body: unknown;
  /** When the first durable log took the message in, epoch milliseconds. Decides between attribute values. */
  readonly at: number;
  /** Name of the door, for people: a stream, hub or file. */
  readonly source: string;
  /** Shard or partition of the source that it came by, where there are any: for the log alone. */
  readonly partition?: string;
  /** Set on a replay: only this record of the message is meant (index in message order). */
  readonly record?: number;
  /** Set on a replay: how often it has been parked before, and since when, epoch milliseconds. */
  readonly attempts?: number;
  readonly firstSeen?: number;
  /** Set by a door that could not read it, and why: it ends as malformed, and `body` is kept as it is. */
  readonly unreadable?: Fault;
  /** Set on a replay: edges the record made before, about which rules could not have their say. */
  readonly owed?: readonly Owed[];
  /**
   * Set on a replay of what said that something may have been done already: whoever replays it has looked, and it was not.
   * The targets it named, or `true` where it named none, as older letters do: then all that its edges want.
   */
  readonly judged?: true | readonly string[];
}

/** What one run of a batch is allowed and told. */
export interface RunOptions {
  /** True while the source itself will deliver unsettled messages again: then a broken connection holds, else it parks. */
  readonly redelivers: boolean;
  /** Epoch milliseconds after which no new work is started; what is left is held (or parked). */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
  /** What the platform calls this invocation, for the log. */
  readonly invocation?: string;
  /** `traceparent` of the W3C by which the platform names the trace that this belongs to, where it hands one over. */
  readonly traceparent?: string;
}

/** How one record ended. The ten names are the promise: their counts sum to the records in. */
export const ENDINGS = [
  'delivered',
  'unchanged',
  'irrelevant',
  'stale',
  'withheld',
  'unaddressed',
  'rejected',
  'malformed',
  'parked',
  'held',
] as const;
export type EndingName = (typeof ENDINGS)[number];

export interface Ending {
  readonly name: EndingName;
  /** Why, for every ending that is not plain success. */
  readonly fault?: Fault;
  /** Hashed person id, for logs. Absent when the record could not be read that far. */
  readonly person?: string;
  /** The connection that kept the record from ending well, when it was one. */
  readonly connection?: string;
  /** What the target calls the request that kept it from ending well. */
  readonly requestId?: string;
}

/** The answer for one message: settled means that the source may forget it. */
export interface Settlement {
  readonly id: string;
  readonly settled: boolean;
  /** One per record in the message, in order; a message that cannot be read counts as one record. */
  readonly endings: readonly Ending[];
}

/**
 * What became of one action: `unchanged` was not sent, because the target holds what it would write; `absent` found no
 * row; `failed` may be cured by waiting; `unanswered` may or may not have been done; `unsent` had to wait for another
 * action, or for its connection.
 */
export const ACTION_ENDINGS = [
  'delivered',
  'unchanged',
  'absent',
  'rejected',
  'failed',
  'unanswered',
  'unsent',
] as const;
export type ActionEnding = (typeof ACTION_ENDINGS)[number];

/** What a batch met at one connection. */
export interface ConnectionLedger {
  /** Records given back to the stream because of it. */
  readonly held: number;
  /** Records put into the retry queue because of it, or because of one of its rows. */
  readonly parked: number;
  /** How often its breaker opened and closed; the difference of the sums of a process is 1 while it is open. */
  readonly opened: number;
  readonly closed: number;
}

/** Counts of one batch. `records` equals the sum of `endings`, always. */
export interface Ledger {
  readonly messages: number;
  readonly records: number;
  readonly endings: Readonly<Record<EndingName, number>>;
  /**
   * The ledger of actions. Of records of one person that want the same row changed one action is made; each
   * `unchanged` is one that one record asked for. An action that is tried again after a lost race counts again.
   */
  readonly actions: Readonly<Record<ActionEnding, number>>;
  /**
   * How often a chunk was handed to a connector, repetitions and halves included. As a rule that is one request to the
   * target; not counted apart are those by which rows are looked up first, those of a bulk job, and what it takes to be let in.
   */
  readonly calls: number;
  /** Rows in these chunks; and how many were accepted, a row that several persons share once. */
  readonly rows: number;
  readonly accepted: number;
  /** Connections that gave a batch something to say, by name. */
  readonly connections: Readonly<Record<string, ConnectionLedger>>;
}

/** A state with the version it was read at. */
export interface Versioned {
  readonly state: PersonState;
  /** Opaque to everybody but the store that made it. */
  readonly version: string;
}

export interface StateWrite {
  readonly id: string;
  readonly state: PersonState;
  /** The version the decision was based on; `undefined` means "there was none". */
  readonly expected: string | undefined;
  /** Days until it is forgotten unless it is written again; as the store was opened for, when absent. */
  readonly ttlDays?: number;
}

export type WriteAnswer =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly reason: 'conflict' }
  /** The store does not take this state, or had no answer for this one person; its neighbours have answers of their own. */
  | { readonly ok: false; readonly reason: 'refused'; readonly fault: Fault };

/**
 * Where a person's state lives. Reads see every write that has answered; writes are conditional on the version. A store
 * that is throttled tries again until `deadline` (epoch milliseconds) at the latest, or until the signal aborts.
 */
export interface StateStore {
  readonly kind: string;
  /**
   * What is known of those who are known. One whose state cannot be read has a fault of their own (`store.format`).
   * Throws a `store.*` Fault only when the store cannot answer.
   */
  read(
    ids: readonly string[],
    signal?: AbortSignal,
    deadline?: number,
  ): Promise<ReadonlyMap<string, Result<Versioned>>>;
  /** One answer per write, same order. Throws a `store.*` Fault only when the store as a whole cannot answer. */
  write(
    writes: readonly StateWrite[],
    signal?: AbortSignal,
    deadline?: number,
  ): Promise<readonly WriteAnswer[]>;
}

/** Time, as a parameter. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, rejects at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Gives the secret a config file names as `secret:NAME`, or a `config.missing-secret` fault. */
export interface Secrets {
  get(name: string): Promise<string>;
}

/** Structured log of one line. `fields` carry codes, counts and hashed ids, never attributes or identities. */
export interface Log {
  write(level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** One change that rules ask for. Carries personal values: never log it. */
export interface Asked {
  readonly person: string;
  readonly action: Action;
  /** Rule names and transitions that asked for it. */
  readonly causes: readonly string[];
  /** Stream positions it came from. */
  readonly messages: readonly string[];
}

/** One change that reached a target, told to whoever listens (console, audit). */
export interface Delivery extends Asked {
  readonly outcome: Outcome;
}

/** One batch that has been worked off, as observers hear of it. */
export interface BatchReport {
  readonly source: string;
  /** These came out of the retry queue, so each of them has ended as parked before. */
  readonly replayed: boolean;
  readonly ledger: Ledger;
  readonly settlements: readonly Settlement[];
}

/**
 * Told of every batch and delivery, of what rules that are shadows would do, and, where it asks, of messages before they
 * are worked off and of what their records were judged by. Must not throw.
 */
export interface Observer {
  began?(messages: readonly Message[]): void;
  judged?(judged: Judged): void;
  batch(report: BatchReport): void;
  delivery(delivery: Delivery): void;
  shadow?(asked: Asked): void;
}

/** The one call a trigger makes. */
export interface Pipeline {
  run(messages: readonly Message[], options: RunOptions): Promise<readonly Settlement[]>;
}
