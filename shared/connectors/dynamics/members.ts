import { Fault } from '../../core/fault.js';
import type { Action, Outcome } from '../../core/remote.js';
import { unsent } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import type { Reply } from '../wire/transport.js';
import { type Address, addressOf, isGuid, refuse } from './address.js';
import { batch, type ReadPart } from './batch.js';
import { lookUp, type Member, type Membership, readMemberships } from './look-up.js';
import { type MemberTable, memberTableOf } from './member-table.js';
import { ask, type Org } from './org.js';
import { fromProblem, saysAbsent, saysDuplicate } from './problem.js';
import { isWritten } from './rows.js';
import { stage } from './stage.js';

/** A list and the table its members are rows of. */
interface Roster {
  readonly list: string;
  readonly table: MemberTable;
}

function rosterOf({ object, list = '' }: Action): Roster | Outcome {
  const table = memberTableOf(object);
  if (table === undefined)
    return refuse(
      'list.object',
      `Members of marketing lists are contacts, accounts or leads, not ${object}.`,
    );
  if (!isGuid(list))
    return refuse(
      'list.id',
      'The list must be the GUID of a static marketing list (listid), as in its address.',
    );
  return { list: list.toLowerCase(), table };
}

/** The rows that actions are about. A membership has no columns of its own. */
const addresses = (org: Org, actions: readonly Action[]): readonly (Address | Outcome)[] =>
  actions.map(({ object, key, fields }) => {
    const [field] = Object.keys(fields);
    if (field === undefined) return addressOf(object, key, org.config.bareKeys);
    const text =
      'Being on a marketing list has no columns; write those of the row by an "update" of its own.';
    return refuse('list.fields', text, field);
  });

async function join(
  org: Org,
  { list, table }: Roster,
  members: readonly Member[],
  signal: AbortSignal,
): Promise<Outcome> {
  const body = {
    List: { '@odata.type': 'Microsoft.Dynamics.CRM.list', listid: list },
    Members: members.map(({ id }) => ({
      '@odata.type': `Microsoft.Dynamics.CRM.${table.name}`,
      [table.idColumn]: id,
    })),
  };
  const request = {
    method: 'POST',
    path: `${org.root}/AddListMembersList`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const asked = await ask(org, request, signal);
  if (asked.kind === 'unanswered') return asked.outcome;
  const { reply, context } = asked;
  const done = named({ kind: 'accepted' }, context.requestId);
  if (reply.status === 204) return done;
  // A member already; of several nobody says which, so they are asked for one by one.
  if (saysDuplicate(reply) && members.length === 1) return done;
  const outcome = fromProblem(context, reply, 'request');
  return outcome.kind === 'rejected' ? { ...outcome, whole: true } : outcome;
}

/** What came to nothing before anything was changed leaves everything as it was. */
const asBefore = <T extends object>(row: T | Outcome): T | Outcome => ('kind' in row ? unsent(row) : row);

/** Does something with rows whose list and table can have members; otherwise says why not. */
async function onRoster(
  actions: readonly Action[],
  act: (roster: Roster) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const [first] = actions;
  if (first === undefined) return [];
  const roster = rosterOf(first);
  return 'kind' in roster ? actions.map(() => roster) : act(roster);
}

/**
 * Puts rows on a static marketing list: their ids are looked up, then all of them join in one request. A row that is not
 * there is `absent`.
 */
export function addMembers(
  org: Org,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  return onRoster(actions, async (roster) => {
    const found = await stage(addresses(org, actions), (rows) => lookUp(org, roster.table, rows, signal));
    return stage(found.map(asBefore), async (members) => {
      const outcome = await join(org, roster, members, signal);
      return members.map(() => outcome);
    });
  });
}

/** Deletes memberships, and gives those members whose every membership is said to be deleted. */
async function dropped(
  org: Org,
  memberships: readonly Membership[],
  signal: AbortSignal,
): Promise<readonly (Member | Outcome)[]> {
  const rows = memberships.flatMap(({ member, ids }) => ids.map((id) => ({ member, id })));
  const parts = rows.map(({ id }) => ({ method: 'DELETE', path: `${org.root}/listmembers(${id})` }) as const);
  const read: ReadPart<Outcome> = (context, reply: Reply) =>
    isWritten(reply) || saysAbsent(reply) ? { kind: 'accepted' } : fromProblem(context, reply, 'row');
  const outcomes = await batch(org, parts, signal, read);
  return memberships.map(({ member }) => {
    const own = outcomes.filter((_, i) => rows[i]?.member === member);
    return own.find(({ kind }) => kind !== 'accepted') ?? member;
  });
}

const stillThere = (connection: string): Outcome => {
  const text = `"${connection}" said that a member was taken off a list, and still lists it.`;
  return { kind: 'retry', scope: 'row', fault: new Fault('remote.unanswered', text) };
};

/** Reads the memberships that were deleted: gone is who is no longer there. */
async function confirmed(
  org: Org,
  list: string,
  members: readonly Member[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const left = await readMemberships(org, list, members, signal);
  return left.map((row) => {
    if (!('kind' in row)) return stillThere(org.name);
    return row.kind === 'absent' ? named({ kind: 'accepted' }, row.requestId) : row;
  });
}

/**
 * Takes rows off a list: their memberships (table listmember) are looked up, deleted, and looked up again, because the
 * documented action for it is not in every environment. Who is not on the list is `absent`.
 */
export function removeMembers(
  org: Org,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  return onRoster(actions, async ({ list, table }) => {
    const found = await stage(addresses(org, actions), (rows) => lookUp(org, table, rows, signal));
    const listed = await stage(found, (members) => readMemberships(org, list, members, signal));
    const gone = await stage(listed.map(asBefore), (memberships) => dropped(org, memberships, signal));
    return stage(gone, (members) => confirmed(org, list, members, signal));
  });
}
