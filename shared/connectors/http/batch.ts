import type { Json } from '../../core/ports.js';
import type { Action, Outcome } from '../../core/remote.js';
import { fromFailure, unsent } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { fromHttpReply, type HttpAnswering } from './answer.js';
import { fromItems } from './items.js';
import type { BatchPlan } from './plan.js';
import { writeRequest, writeRow } from './request.js';
import type { Session } from './session.js';

/** A refusal of the whole request may be the doing of one row in it. */
const ofWhole = (outcome: Outcome, rows: number): Outcome =>
  outcome.kind === 'rejected' && rows > 1 ? { ...outcome, whole: true } : outcome;

/** What one request about these rows came to, in their order. */
async function exchange(
  { whole, answer }: BatchPlan,
  actions: readonly Action[],
  rows: Json[],
  { session, address, signal }: { session: Session; address: string; signal: AbortSignal },
  reading: Omit<HttpAnswering, 'success' | 'secrets'>,
): Promise<readonly Outcome[]> {
  const [first] = actions;
  if (first === undefined) return [];
  const all = (outcome: Outcome): readonly Outcome[] => actions.map(() => ofWhole(outcome, actions.length));
  const written = writeRequest(whole, address, { action: first, problems: [], rows });
  if ('problem' in written) return all({ kind: 'rejected', code: 'template.value', text: written.problem });
  const once = actions.length === 1 ? first.idempotencyKey : undefined;
  const { result, secrets, requestId } = await session.call({ ...written, once }, signal);
  if (result.kind === 'denied') return all(unsent(result.outcome));
  if (result.kind === 'failure') return all(fromFailure(reading.connection, result));
  const context: HttpAnswering = { ...reading, success: whole.success, secrets, single: false };
  const outcome = named(fromHttpReply(context, result), requestId);
  if (outcome.kind !== 'accepted' || answer === 'all-or-nothing') return all(outcome);
  return fromItems(context, answer, result.json, actions).map((item) => named(item, requestId));
}

/** Sends many rows in one request; a row that cannot be written is refused by itself and holds up no other. */
export async function sendBatch(
  plan: BatchPlan,
  actions: readonly Action[],
  ...rest: [Parameters<typeof exchange>[3], Parameters<typeof exchange>[4]]
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Action, Outcome>();
  const sound: Action[] = [];
  const rows: Json[] = [];
  for (const action of actions) {
    const written = writeRow(plan.row, action);
    if ('problem' in written)
      outcomes.set(action, { kind: 'rejected', code: 'template.value', text: written.problem });
    else {
      sound.push(action);
      rows.push(written.row);
    }
  }
  const said = await exchange(plan, sound, rows, ...rest);
  for (const [i, action] of sound.entries()) {
    const outcome = said[i];
    if (outcome !== undefined) outcomes.set(action, outcome);
  }
  return actions.flatMap((action) => outcomes.get(action) ?? []);
}
