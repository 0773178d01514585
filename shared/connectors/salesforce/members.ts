import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { retry, unsent } from '../wire/outcome.js';
import { STEP_MS } from '../wire/patience.js';
import { named } from '../wire/request-id.js';
import { deleteRecords, gone, type Meaning, writeRecords } from './collections.js';
import { isRecordId } from './config.js';
import { findIds } from './lookup.js';
import type { Org } from './org.js';
import type { Problem } from './problem.js';
import { isId, type RecordBody, type Row, refuse } from './row.js';
import { ambiguous, type Batch, type Operate, only, withIds } from './rows.js';

const MEMBER = 'CampaignMember';

/** Objects that can be on a campaign, and the field of the member that points to them. */
const PEOPLE = new Map([
  ['contact', { name: 'Contact', id: 'ContactId' }],
  ['lead', { name: 'Lead', id: 'LeadId' }],
]);

/** Rows of one campaign. */
interface Campaign {
  readonly id: string;
  readonly person: { readonly name: string; readonly id: string };
  readonly field: string;
  readonly rows: readonly Row[];
}

function campaignOf({ object, field, rows }: Batch): Campaign | Outcome {
  const person = PEOPLE.get(object.toLowerCase());
  if (person === undefined)
    return refuse('list.object', `Only a Contact or a Lead can be on a campaign, not "${object}".`);
  const id = rows[0]?.action.list ?? '';
  if (!isRecordId(id))
    return refuse(
      'list.malformed',
      '"list" must be the record id of a campaign: 15 or 18 letters and digits.',
    );
  return { id, person, field, rows };
}

/** The person is on the campaign already. */
const ALREADY: Outcome = { kind: 'accepted', created: false };

/** Whether the answer was that; it may have got the name of its request. Who was just made has an id. */
const wasAlready = (outcome: Outcome | undefined): boolean =>
  outcome?.kind === 'accepted' && outcome.created === false && outcome.id === undefined;

/** The fields of a member that cannot be written once it is there (object reference, "CampaignMember"). */
const FIXED = /\b(?:CampaignId|ContactId|LeadId)\b/;

/** The person is not in the org: named by an external id that nobody has, or by the id of a record that is gone. */
const isNobody = ({ code, message, fields }: Problem): boolean =>
  (code === 'INVALID_FIELD' && /^Foreign key external ID: /i.test(message)) ||
  (code === 'INVALID_CROSS_REFERENCE_KEY' && fields.some((name) => /^(?:Contact|Lead)Id$/i.test(name)));

const isAlready = ({ code, message, fields }: Problem): boolean =>
  (code === 'DUPLICATE_VALUE' && /already a campaign member/i.test(message)) ||
  (code === 'INVALID_FIELD_FOR_INSERT_UPDATE' && FIXED.test(`${message} ${fields.join(' ')}`));

const joining: Meaning = (problems) => {
  if (problems.some(isNobody)) return { kind: 'absent' };
  return problems.some(isAlready) ? ALREADY : undefined;
};

const hasFields = (row: Row): boolean => Object.keys(row.action.fields).length > 0;

const memberOf = ({ id, person, field }: Campaign, row: Row): RecordBody => ({
  attributes: { type: MEMBER },
  CampaignId: id,
  ...(isId(field) ? { [person.id]: row.value } : { [person.name]: { [field]: row.value } }),
  ...row.action.fields,
});

/** The ids of members by the key of their person. */
const membersOf = (org: Org, { id, person, field, rows }: Campaign, signal: AbortSignal) =>
  findIds(
    org,
    {
      object: MEMBER,
      field: isId(field) ? person.id : `${person.name}.${field}`,
      values: rows.map(({ value }) => value),
      and: `CampaignId = '${id}'`,
    },
    signal,
  );

/** Somebody else put the person on the campaign, or took them off it, between our two requests. */
const raced = ({ name }: Org): Outcome =>
  retry(
    'row',
    new Fault('remote.row-busy', `Somebody else changed a membership of a campaign of "${name}" just now.`),
  );

function change(org: Org, rows: readonly Row[], ids: readonly string[], signal: AbortSignal) {
  const records = rows.map(
    (row, i): RecordBody => ({ attributes: { type: MEMBER }, id: ids[i] ?? '', ...row.action.fields }),
  );
  const meaning: Meaning = (problems) => (gone(problems) === undefined ? undefined : raced(org));
  return writeRecords(org, 'PATCH', [], records, { signal, timeoutMs: STEP_MS, meaning });
}

async function join(org: Org, campaign: Campaign, rows: readonly Row[], signal: AbortSignal) {
  const records = rows.map((row) => memberOf(campaign, row));
  const made = await writeRecords(org, 'POST', [], records, { signal, timeoutMs: STEP_MS, meaning: joining });
  return made.map((outcome, i) =>
    wasAlready(outcome) && rows[i] && hasFields(rows[i]) ? raced(org) : outcome,
  );
}

const isDown = (outcome: Outcome): boolean => outcome.kind === 'retry' && outcome.scope === 'connection';

/** Who is no member yet is made one, who is gets the fields: a query, and at most two writes. */
async function addByQuery(org: Org, campaign: Campaign, signal: AbortSignal): Promise<readonly Outcome[]> {
  const { rows, field } = campaign;
  const found = await membersOf(org, campaign, signal);
  if (typeof found !== 'function') return rows.map(() => found);
  const idsOf = new Map(rows.map((row) => [row, found(row.value)]));
  const countOf = (row: Row): number => idsOf.get(row)?.length ?? 0;
  const coming = rows.filter((row) => countOf(row) === 0);
  const staying = rows.filter((row) => countOf(row) === 1 && hasFields(row));
  const outcomes = new Map<Row, Outcome>();
  const made = await join(org, campaign, coming, signal);
  for (const [i, row] of coming.entries()) set(outcomes, row, made[i]);
  const down = made.find(isDown);
  const ids = staying.map((row) => idsOf.get(row)?.[0] ?? '');
  const changed = down ? staying.map(() => unsent(down)) : await change(org, staying, ids, signal);
  for (const [i, row] of staying.entries()) set(outcomes, row, changed[i]);
  return rows.map(
    (row) =>
      outcomes.get(row) ??
      named(countOf(row) > 1 ? ambiguous(countOf(row), field) : ALREADY, found.requestId),
  );
}

function set(outcomes: Map<Row, Outcome>, row: Row, outcome: Outcome | undefined): void {
  if (outcome !== undefined) outcomes.set(row, outcome);
}

/**
 * One upsert by the external id of the member, `campaign|key`. The org refuses to write the campaign and the person of a
 * member that is there: those that have something else to be written are changed by their record id instead.
 */
async function addByKey(
  org: Org,
  campaign: Campaign,
  key: string,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { id, rows } = campaign;
  const records = rows.map((row) => ({ ...memberOf(campaign, row), [key]: `${id}|${row.value}` }));
  const doing = { signal, timeoutMs: STEP_MS, meaning: joining };
  const outcomes = await writeRecords(org, 'PATCH', [MEMBER, key], records, doing);
  const rest = rows.filter((row, i) => wasAlready(outcomes[i]) && hasFields(row));
  const later = rest.length > 0 ? await addByQuery(org, { ...campaign, rows: rest }, signal) : [];
  const late = new Map(rest.map((row, i) => [row, later[i]]));
  return rows.map((row, i) => late.get(row) ?? outcomes[i] ?? ALREADY);
}

/** Puts people on a campaign, with fields such as Status. Who is not in the org is absent. */
export const addMembers: Operate = async (org, batch, signal) => {
  const campaign = campaignOf(batch);
  if ('kind' in campaign) return batch.rows.map(() => campaign);
  const key = org.config.campaignMember?.key;
  return key === undefined ? addByQuery(org, campaign, signal) : addByKey(org, campaign, key, signal);
};

/** Takes people off a campaign: ids of the members by query, then one delete. Who is not on it is absent. */
export const removeMembers: Operate = async (org, batch, signal) => {
  const campaign = campaignOf(batch);
  if ('kind' in campaign) return batch.rows.map(() => campaign);
  const found = await membersOf(org, campaign, signal);
  const targets = batch.rows.map(({ value }) =>
    typeof found === 'function' ? only(found, value, batch.field) : found,
  );
  return withIds(targets, (ids) => deleteRecords(org, ids, { signal, timeoutMs: STEP_MS }));
};
