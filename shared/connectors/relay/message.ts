import { Buffer } from 'node:buffer';
import { canonical, fingerprint } from '../../core/fingerprint.js';
import type { Action } from '../../core/remote.js';

/** A message as every relay sends it, and what they need to know of it besides. */
export interface Message {
  /** The same for every repetition of one action, another for all others. */
  readonly id: string;
  /** The same for all messages about one row; at most 26 characters of ASCII. Says nothing of the row. */
  readonly key: string;
  /** E.g. `tributary.upsert`. */
  readonly type: string;
  readonly source: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** The CloudEvent, JSON. */
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

/**
 * Most bytes that a message is larger than its action as JSON: the names of the envelope, its source (200 characters), and
 * the object, which it names twice.
 */
export const ENVELOPE_BYTES = 1024;

/** The source of a connection's messages when its config names none; a URI reference, as CloudEvents wants it. */
const ownSource = (connection: string): string => `tributary/${encodeURIComponent(connection)}`;

/**
 * What names an action: a `send` has a key of its own. Of others the time of its newest record makes the difference when
 * the same values are wanted again after others: "source" and "id" must not name two events (CloudEvents 1.0, "id").
 */
function idOf(action: Action): string {
  if (action.idempotencyKey !== undefined) return action.idempotencyKey;
  return fingerprint(canonical({ ...action }));
}

/** What keeps its order: the messages about one row. One that happens by itself has no row. */
function rowOf({ object, key, idempotencyKey }: Action): string {
  const row = Object.keys(key).length === 0 ? (idempotencyKey ?? '') : canonical({ ...key });
  return fingerprint(`${object} ${row}`).slice(0, 26);
}

/**
 * The CloudEvents 1.0 message of an action (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
 * A repetition is the same to the byte. `now`, epoch milliseconds, is its time only when the action has none.
 */
export function toMessage(action: Action, source: string | undefined, now: number): Message {
  const { operation, object, key, fields, list } = action;
  const id = idOf(action);
  const type = `tributary.${operation}`;
  const time = action.asOf ?? now;
  const from = source ?? ownSource(action.connection);
  const text = JSON.stringify({
    specversion: '1.0',
    id,
    source: from,
    type,
    subject: object,
    time: new Date(time).toISOString(),
    datacontenttype: 'application/json',
    data: { operation, object, key, fields, ...(list !== undefined && { list }) },
  });
  return { id, key: rowOf(action), type, source: from, time, text, bytes: Buffer.byteLength(text) };
}
