import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { retry } from '../wire/outcome.js';
import type { Address } from './address.js';
import { isGuid } from './address.js';
import { batch } from './batch.js';
import type { MemberTable } from './member-table.js';
import type { Org } from './org.js';
import { type Answering, fromProblem, saysAbsent } from './problem.js';

/** A row by its id. */
export interface Member {
  readonly id: string;
}

/** The rows of listmember that put a member on a list; more than one when it was added twice. */
export interface Membership {
  readonly member: Member;
  readonly ids: readonly string[];
}

const unreadable = ({ connection }: Answering): Outcome => {
  const text = `"${connection}" answered a look-up with something else than a row.`;
  return retry('row', new Fault('remote.unanswered', text));
};

/** Looks up the ids of rows; a row that is not there is `absent`. One whose key is its id needs no looking up. */
export async function lookUp(
  org: Org,
  { idColumn }: MemberTable,
  rows: readonly Address[],
  signal: AbortSignal,
): Promise<readonly (Member | Outcome)[]> {
  if (rows.every(({ keyField, value }) => keyField === idColumn && isGuid(value)))
    return rows.map(({ value }) => ({ id: value.toLowerCase() }));
  const Found = z.object({ [idColumn]: z.guid() }).transform((row) => ({ id: String(row[idColumn]) }));
  const parts = rows.map(
    ({ path }) => ({ method: 'GET', path: `${org.root}/${path}?$select=${idColumn}` }) as const,
  );
  return batch<Member>(org, parts, signal, (context, reply) => {
    if (saysAbsent(reply)) return { kind: 'absent' };
    if (reply.status >= 300) return fromProblem(context, reply, 'row');
    return Found.safeParse(reply.json).data ?? unreadable(context);
  });
}

const Listed = z.object({ value: z.array(z.object({ listmemberid: z.guid() })) });

/** Reads who of these is on a list; who is not is `absent`. */
export function readMemberships(
  org: Org,
  list: string,
  members: readonly Member[],
  signal: AbortSignal,
): Promise<readonly (Membership | Outcome)[]> {
  const parts = members.map(({ id }) => {
    const filter = encodeURIComponent(`_listid_value eq ${list} and _entityid_value eq ${id}`);
    return {
      method: 'GET',
      path: `${org.root}/listmembers?$select=listmemberid&$filter=${filter}`,
    } as const;
  });
  return batch<Membership>(org, parts, signal, (context, reply, index) => {
    const member = members[index];
    if (reply.status >= 300) return fromProblem(context, reply, 'row');
    const listed = Listed.safeParse(reply.json).data;
    if (listed === undefined || member === undefined) return unreadable(context);
    const ids = listed.value.map(({ listmemberid }) => listmemberid);
    return ids.length === 0 ? { kind: 'absent' } : { member, ids };
  });
}
