import type { Fault, Result } from './fault.js';
import type { Json } from './ports.js';
import type { RemoteField } from './remote-field.js';

/**
 * What can be done to a remote system. `update` never makes a row; `add` and `remove` are about membership of a list;
 * `send` makes something happen (a task, a message) and is the only one that must not be repeated.
 */
export const OPERATIONS = ['upsert', 'update', 'add', 'remove', 'send', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** One change to one object of one remote system. */
export interface Action {
  readonly connection: string;
  readonly operation: Operation;
  /** The remote object type, e.g. `Contact`. */
  readonly object: string;
  /** External id field → value: what addresses the row. Empty for `send`. */
  readonly key: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, Json>>;
  /** The list or campaign that `add` and `remove` are about. */
  readonly list?: string;
  /** Of a `send`: the same for every repetition of the same one, different for all others. */
  readonly idempotencyKey?: string;
  /**
   * When the first durable log took in the newest record that wants this, epoch milliseconds: the same in a repetition, another
   * when the same values are wanted again after others.
   */
  readonly asOf?: number;
}

/** What a target said about one action. Never guessed: no answer is `unknown`. */
export type Outcome = Answered & {
  /** What the target itself calls the request that this answers: by it people there find it. Absent where it does not say. */
  readonly requestId?: string;
};

type Answered =
  | { readonly kind: 'accepted'; readonly id?: string; readonly created?: boolean }
  /** There is no row that an `update`, `add`, `remove` or `delete` could be about; nothing was done. */
  | { readonly kind: 'absent' }
  /** Refused for good. `whole` marks a refusal of the entire request, which may be the fault of one row in it. */
  | {
      readonly kind: 'rejected';
      readonly code: string;
      readonly text: string;
      readonly field?: string;
      readonly whole?: boolean;
      /** An earlier attempt got no answer and may have been carried out, before this one was refused. */
      readonly doubtful?: boolean;
    }
  /** Waiting may cure it. `scope` tells a busy row from a connection that is down, throttled or unauthorised. */
  | {
      readonly kind: 'retry';
      readonly scope: 'row' | 'connection';
      readonly fault: Fault;
      readonly afterMs?: number;
      /** Nothing was sent, so the target holds what it held: the row is as certain as before. */
      readonly unsent?: boolean;
      /** An attempt before had no answer, so it may have been done all the same. */
      readonly doubtful?: boolean;
    }
  /** The request may or may not have been carried out (time-out, reset after sending). */
  | { readonly kind: 'unknown'; readonly fault: Fault };

/**
 * A way to do very many actions at once that costs too much for few. Where at least `from` actions of one of `operations` are
 * alike, `maxRows` and `maxBytes` hold for one `send` of them instead of those of the connector.
 */
export interface BulkWay {
  readonly operations: readonly Operation[];
  readonly from: number;
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** A remote system. `send` never throws for an answer: it gives one outcome per action, in the same order. */
export interface Connector {
  readonly name: string;
  readonly operations: readonly Operation[];
  /**
   * Most actions per `send`. All actions of one `send` share connection, operation, object, list and the names of their
   * key's fields, and differ in key.
   */
  readonly maxRows: number;
  /** Where some operations take fewer: most actions per `send` of this one. */
  rowsAtOnce?(action: Pick<Action, 'operation' | 'object'>): number;
  /** Most bytes of all actions of one `send`, as JSON in UTF-8; an action that is larger by itself is sent alone. */
  readonly maxBytes?: number;
  /** A way for very many at once, where the target has one. */
  readonly bulk?: BulkWay;
  /** True when doing it again with the same key changes nothing more: then an `unknown` may be sent again. */
  isIdempotent(action: Pick<Action, 'operation' | 'object'>): boolean;
  send(actions: readonly Action[], signal: AbortSignal): Promise<readonly Outcome[]>;
}

/** What the rules ask of one object of a connection. */
export interface Need {
  readonly object: string;
  readonly operations: readonly Operation[];
  /** Fields that rows are matched on. */
  readonly keys: readonly string[];
  /** Fields that are written. */
  readonly fields: readonly string[];
  readonly lists: readonly string[];
}

/** One thing that was looked at, and what to do about it unless it is well. Carries no secret. */
export interface Finding {
  readonly level: 'well' | 'warning' | 'error';
  /** E.g. `Contact.AEP_Id__c is an external id`. */
  readonly what: string;
  readonly advice?: string;
}

/** Looks at a remote system without changing anything in it. Never throws for an answer. */
export interface Examiner {
  /** Can we log in, are the objects, fields, keys and lists there, and may we do with them what the rules ask? */
  examine(needs: readonly Need[], signal: AbortSignal): Promise<readonly Finding[]>;
  /** The fields of an object, by name, for checks of the rules. Absent when the system cannot tell. */
  fields?(object: string, signal: AbortSignal): Promise<Result<Readonly<Record<string, RemoteField>>>>;
}
