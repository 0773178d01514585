import { Fault } from '../../core/fault.js';
import type { Action, Outcome } from '../../core/remote.js';
import { fromFailure, retry, unsent } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { fromHttpReply, type HttpAnswering } from './answer.js';
import { type RequestPlan, writeRequest } from './request.js';
import type { Session } from './session.js';
import { at } from './success.js';

/** How rows are looked up, prepared. */
export interface FindPlan extends RequestPlan {
  readonly rows: string | undefined;
}

/** The row as the API holds it, none, or what the looking came to instead: then nothing was written. */
export type Found =
  | { readonly kind: 'found'; readonly row: unknown }
  | { readonly kind: 'none' }
  | { readonly kind: 'ended'; readonly outcome: Outcome };

const ended = (outcome: Outcome): Found => ({ kind: 'ended', outcome });

function fromRows(connection: string, rows: unknown): Found {
  if (typeof rows === 'object' && rows !== null && !Array.isArray(rows)) return { kind: 'found', row: rows };
  if (!Array.isArray(rows)) {
    const text = `"${connection}" answered the question for a row without the list that "find.rows" names.`;
    return ended(unsent(retry('connection', new Fault('remote.unanswered', text))));
  }
  const list: readonly unknown[] = rows;
  if (list.length === 0) return { kind: 'none' };
  if (list.length === 1) return { kind: 'found', row: list[0] };
  const text = `${list.length} rows have this key, so it does not say which one is meant. Nothing was written.`;
  return ended({ kind: 'rejected', code: 'find.ambiguous', text });
}

/** Looks a row up by an action's key. */
export async function find(
  plan: FindPlan,
  action: Action,
  { session, address, signal }: { session: Session; address: string; signal: AbortSignal },
  reading: Omit<HttpAnswering, 'success' | 'secrets'>,
): Promise<Found> {
  const written = writeRequest(plan, address, { action, problems: [] });
  if ('problem' in written) return ended({ kind: 'rejected', code: 'template.value', text: written.problem });
  const { result, secrets, requestId } = await session.call(written, signal);
  if (result.kind === 'denied') return ended(unsent(result.outcome));
  if (result.kind === 'failure') return ended(unsent(fromFailure(reading.connection, result)));
  // Asking for a row that is not there is an answer, whatever is to be done with it.
  const context: HttpAnswering = {
    ...reading,
    operation: 'update',
    idempotent: true,
    success: plan.success,
    secrets,
  };
  const outcome = fromHttpReply(context, result);
  if (outcome.kind === 'absent') return { kind: 'none' };
  if (outcome.kind !== 'accepted') return ended(named(unsent(outcome), requestId));
  const found = fromRows(reading.connection, at(result.json, plan.rows));
  return found.kind === 'ended' ? ended(named(found.outcome, requestId)) : found;
}
