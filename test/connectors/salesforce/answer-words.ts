import type { Action } from '../../../shared/core/remote.js';
import type { AnswerCase, Becomes, Played } from '../answers-table.js';
import { doing, problem, said, sending } from './answer-actions.js';

/** An upsert of one contact. */
export const P1 = doing('upsert', 'p1');
/** Upserts of two contacts. */
export const TWO = [P1, doing('upsert', 'p2')];
/** An update of one contact. */
export const UPDATE = doing('update', 'p1');
/** The deletion of one contact. */
export const DELETE = doing('delete', 'p1');
/** One contact joins a campaign. */
export const ADD = doing('add', 'p1');
/** One contact joins a campaign with a status. */
export const STATUS = doing('add', 'p1', { fields: { Status: 'Hot' } });
/** One contact leaves a campaign. */
export const REMOVE = doing('remove', 'p1');
/** A task, without a field for its idempotency key. */
export const TASK = sending('Task');
/** A case, with a field for its idempotency key. */
export const ONCE = sending('Case');
/** A platform event. */
export const EVENT = sending('Hot_Prospect__e');
/** More upserts than one request takes. */
export const MANY = Array.from({ length: 201 }, (_, i) => doing('upsert', `p${i}`));

/** It was done. */
export const DONE: Becomes = { kind: 'accepted' };
/** A row was made. */
export const MADE: Becomes = { kind: 'accepted', created: true };
/** A row was there. */
export const CHANGED: Becomes = { kind: 'accepted', created: false };
/** There is no such row. */
export const ABSENT: Becomes = { kind: 'absent' };
/** Nothing was said of it. */
export const UNKNOWN: Becomes = { kind: 'unknown', code: 'remote.unanswered' };
/** Nothing was said in time. */
export const TIMEOUT: Becomes = { kind: 'unknown', code: 'remote.timeout' };
/** The row is busy. */
export const BUSY: Becomes = { kind: 'retry', scope: 'row', code: 'remote.row-busy' };

/** The connection waits, for so many milliseconds. */
export const waiting = (code: string, afterMs?: number): Becomes => ({
  kind: 'retry',
  scope: 'connection',
  code,
  ...(afterMs !== undefined && { afterMs }),
});
/** The row waits. */
export const row = (code: string): Becomes => ({ kind: 'retry', scope: 'row', code });
/** The row is refused for good. */
export const refused = (code: string): Becomes => ({ kind: 'rejected', code });
/** The request is refused for good. */
export const whole = (code: string): Becomes => ({ kind: 'rejected', code, whole: true });
/** The same, and nothing was written. */
export const unsent = (becomes: Becomes): Becomes =>
  becomes.kind === 'retry' ? { ...becomes, unsent: true } : becomes;

/** A case of one action. */
export const one = (
  answer: string,
  action: Action,
  played: readonly Played[],
  becomes: Becomes,
): AnswerCase => ({
  answer,
  actions: [action],
  played,
  becomes: [becomes],
});
/** A case of two upserts. */
export const both = (answer: string, played: Played, becomes: readonly Becomes[]): AnswerCase => ({
  answer,
  actions: TWO,
  played: [played],
  becomes,
});
/** A case of a bulk job. */
export const many = (answer: string, played: readonly Played[], becomes: Becomes): AnswerCase => ({
  answer: `${answer} (a bulk job)`,
  actions: MANY,
  played,
  becomes: MANY.map(() => becomes),
});

/** Milliseconds of a minute. */
export const MINUTES = 60_000;
/** An answer without a body. */
export const EMPTY = said(200, '');
/** The session has ended. */
export const EXPIRED = problem(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
/** The requests of the day are used up. */
export const USED_UP = { 'sforce-limit-info': 'api-usage=100000/100000; api-bursts=1/750' };
