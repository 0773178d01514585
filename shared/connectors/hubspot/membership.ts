import * as z from 'zod';
import type { Outcome } from '../../core/remote.js';
import { unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import type { Reply } from '../wire/transport.js';
import { call, type Hub, objectsPath } from './api.js';
import { fromBatch } from './batch.js';
import { locate } from './locate.js';
import type { Answering } from './problem.js';
import { fromRefusal } from './refusal.js';
import type { Row } from './row.js';
import type { Answered, Common } from './write.js';

const Ids = z.array(z.union([z.string(), z.number()]).transform(String));
/** The odd spelling of `recordsIdsAdded` is HubSpot's ("Add records to a list"). */
const Change = z.object({ recordsIdsAdded: Ids, recordIdsRemoved: Ids, recordIdsMissing: Ids });
type Change = z.infer<typeof Change>;

/** What is done with located records: one outcome for each id. */
type Work = (ids: readonly string[]) => Promise<(id: string) => Outcome>;

/** Looks rows up, and does something with those that were found. */
async function withRecords(
  hub: Hub,
  common: Common,
  rows: readonly Row[],
  signal: AbortSignal,
  work: Work,
): Promise<Answered> {
  const located = await locate(hub, common, rows, signal);
  const ids = new Set(located.flatMap((each) => ('id' in each ? [each.id] : [])));
  const outcomeOf: (id: string) => Outcome =
    ids.size === 0 ? () => ({ kind: 'absent' }) : await work([...ids]);
  return new Map(located.map((each) => [each.row.index, 'id' in each ? outcomeOf(each.id) : each.outcome]));
}

/**
 * A record that was found a moment ago and was neither added nor missing was on the list before: "records that … are
 * already members of the list are ignored". One that was not removed was not on it.
 */
function memberOutcome(common: Common, change: Change, id: string): Outcome {
  if (change.recordIdsMissing.includes(id)) return { kind: 'absent' };
  if (common.operation === 'add') return { kind: 'accepted', id };
  return change.recordIdsRemoved.includes(id) ? { kind: 'accepted', id } : { kind: 'absent' };
}

function fromChange(context: Answering, reply: Reply, common: Common): (id: string) => Outcome {
  const change = reply.status === 200 ? Change.safeParse(reply.json).data : undefined;
  if (change !== undefined) return (id) => named(memberOutcome(common, change, id), context.requestId);
  const refused = fromRefusal(context, reply);
  // The ids are HubSpot's own, so a refusal is about the list (a dynamic one, for example): halves would fare no better.
  const outcome = refused.kind === 'rejected' ? { ...refused, whole: false } : refused;
  return () => outcome;
}

/** Puts records on a list or takes them from it. The list must be a manual or a snapshot one. */
export function changeList(
  hub: Hub,
  common: Common,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<Answered> {
  const { apiVersion } = hub.config;
  return withRecords(hub, common, rows, signal, async (ids) => {
    const verb = common.operation === 'add' ? 'add' : 'remove';
    const path = ['crm', 'lists', apiVersion, common.list ?? '', 'memberships', verb];
    const request = { operation: common.operation, method: 'PUT', path, body: ids } as const;
    const heard = await call(hub, request, signal);
    if (heard.kind === 'none') return () => heard.outcome;
    return fromChange(heard.context, heard.reply, common);
  });
}

/** Puts records into the recycling bin, from which HubSpot lets them be restored for 90 days. 204 is its whole answer. */
export function archive(
  hub: Hub,
  common: Common,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<Answered> {
  return withRecords(hub, common, rows, signal, async (ids) => {
    const path = objectsPath(hub, common.object, 'archive');
    const body = { inputs: ids.map((id) => ({ id })) };
    const heard = await call(hub, { operation: 'delete', method: 'POST', path, body }, signal);
    if (heard.kind === 'none') return () => heard.outcome;
    if (heard.reply.status === 204) return (id) => named({ kind: 'accepted', id }, heard.context.requestId);
    const traced = ids.map((id) => ({ trace: id, id }));
    const { outcomes } = fromBatch(heard.context, heard.reply, traced);
    const silent = unknown('remote.unanswered', `"${hub.name}" did not say what became of a record.`);
    return (id) => outcomes[ids.indexOf(id)] ?? silent;
  });
}
