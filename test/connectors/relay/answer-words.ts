import type { Said } from '../../contracts/connector-subject.js';
import type { AnswerCase, Becomes, Played } from '../answers-table.js';
import { contact } from './targets.js';

/** One message. */
export const ONE = [contact('p1')];
const TWO = [contact('p1'), contact('p2')];

/** It has the message. */
export const DONE: Becomes = { kind: 'accepted' };
/** Nobody knows. */
export const UNKNOWN: Becomes = { kind: 'unknown', code: 'remote.unanswered' };
/** The credentials are not accepted. */
export const UNAUTHORIZED: Becomes = { kind: 'retry', scope: 'connection', code: 'remote.unauthorized' };
/** The connection waits. */
export const resting = (code: string, afterMs?: number): Becomes => ({
  kind: 'retry',
  scope: 'connection',
  code,
  ...(afterMs !== undefined && { afterMs }),
});
/** The row waits. */
export const ROW: Becomes = { kind: 'retry', scope: 'row', code: 'remote.unavailable' };
/** Refused for good. */
export const refused = (code: string): Becomes => ({ kind: 'rejected', code });
/** Refused with all others of the request. */
export const whole = (code: string): Becomes => ({ kind: 'rejected', code, whole: true });

/** A case of one message. */
export const one = (answer: string, played: Played, becomes: Becomes): AnswerCase => ({
  answer,
  actions: ONE,
  played: [played],
  becomes: [becomes],
});
/** A case of two messages. */
export const two = (answer: string, played: Played, ...becomes: readonly Becomes[]): AnswerCase => ({
  answer,
  actions: TWO,
  played: [played],
  becomes,
});

const HTML = { 'content-type': 'text/html' };
/** A page for browsers. */
export const page = (status: number): Said => ({ status, headers: HTML, body: '<html>Bad gateway</html>' });
/** A status without a body. */
export const empty = (status: number, headers: Said['headers'] = {}): Said => ({ status, headers, body: '' });

/** What the network and gateways do to any of them. */
export const network: readonly AnswerCase[] = [
  one('502, an HTML page', page(502), resting('remote.unavailable')),
  one('503 without a body', empty(503), resting('remote.unavailable')),
  one('nobody listens: nothing was sent', 'unreachable', resting('remote.unavailable')),
  one('the connection is reset after sending', 'reset', UNKNOWN),
  one('the connection is closed after sending', 'closed', UNKNOWN),
  one('no answer in time', 'hang', { kind: 'unknown', code: 'remote.timeout' }),
];
