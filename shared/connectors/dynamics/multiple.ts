import type { Action, Outcome } from '../../core/remote.js';
import { unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { type Row, rowOf } from './address.js';
import { ask, type Org } from './org.js';
import { fromProblem, wholly } from './problem.js';
import { stage } from './stage.js';

async function upsert(
  org: Org,
  object: string,
  table: string,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<Outcome> {
  const Targets = rows.map(({ address, fields }) => ({
    '@odata.type': `Microsoft.Dynamics.CRM.${table}`,
    '@odata.id': address.path,
    ...fields,
  }));
  const request = {
    method: 'POST',
    path: `${org.root}/${encodeURIComponent(object)}/Microsoft.Dynamics.CRM.UpsertMultiple`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Targets }),
  };
  const asked = await ask(org, request, signal);
  if (asked.kind === 'unanswered') return asked.outcome;
  const { reply, context } = asked;
  if (reply.status === 204) return named({ kind: 'accepted' }, context.requestId);
  if (reply.status < 300) {
    const text = `"${org.name}" answered ${reply.status} instead of 204.`;
    return named(unknown('remote.unanswered', text), context.requestId);
  }
  return wholly(fromProblem(context, reply, 'request'), reply);
}

/**
 * Upserts rows of one table all or none: an error of one row undoes all of them and is told of the request as a whole
 * (learn.microsoft.com, "Use bulk operation messages"), so the caller has to halve the request to find the row.
 */
export function upsertMultiple(
  org: Org,
  actions: readonly Action[],
  { object, table }: { readonly object: string; readonly table: string },
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const rows = actions.map((action) => rowOf(action, action.key, org.config.bareKeys));
  return stage(rows, async (ready) => {
    const outcome = await upsert(org, object, table, ready, signal);
    return ready.map(() => outcome);
  });
}
