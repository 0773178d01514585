import * as z from 'zod';
import { bad, ok } from '../../core/fault.js';
import type { Examiner, Finding, Need, Outcome } from '../../core/remote.js';
import { inFull } from '../auth/said.js';
import type { ConnectorDeps } from '../deps.js';
import { isApiName, isRecordId, type SalesforceConfig } from './config.js';
import { type Described, describe, refusalOf, toRemoteField } from './describe.js';
import {
  error,
  examineField,
  examineKey,
  examineOnce,
  examineRights,
  type Looking,
  rightsFor,
  warning,
  well,
} from './examine-object.js';
import { findIds } from './lookup.js';
import { type Org, openOrg, request } from './org.js';
import { isId } from './row.js';
import { spentOf } from './usage.js';

const GUIDE = 'docs/connectors/salesforce.md';
const MEMBER = 'CampaignMember';
/** From this share of the daily requests on it is worth a look. */
const MUCH = 0.8;

const Limits = z.object({
  DailyApiRequests: z.object({ Max: z.number().positive(), Remaining: z.number() }),
});

/** What an outcome says, for a person. */
function words(outcome: Outcome): string {
  if (outcome.kind === 'rejected') return `${outcome.code}: ${outcome.text}`;
  return 'fault' in outcome ? inFull(outcome.fault) : outcome.kind;
}

function examineUsage(used: number, limit: number, reserve: number): Finding {
  const what = `${used} of ${limit} API requests of the last 24 hours are used`;
  if (used >= limit * (1 - reserve))
    return error(
      what,
      'Only what is reserved for others is left ("reserve"), or nothing: find out who uses them, or raise the limit.',
    );
  return used >= limit * MUCH ? warning(what, 'Find out who uses them, or raise the limit.') : well(what);
}

/** Logs in, and looks at what is left of the day. Nothing else can be told when that fails. */
async function examineLogin(org: Org, signal: AbortSignal): Promise<readonly Finding[]> {
  const said = await request(org, { method: 'GET', path: ['limits'] }, signal);
  // Whoever is told that a right is missing has been let in.
  const isIn = said.kind === 'said' && [200, 403].includes(said.reply.status);
  const refusal = refusalOf(said);
  if (!isIn || (said.reply.status === 403 && refusal.kind === 'retry'))
    return [
      error(`"${org.name}" cannot be asked: ${words(refusal)}`, `See "Set up Salesforce" in ${GUIDE}.`),
    ];
  const daily = Limits.safeParse(said.reply.json).data?.DailyApiRequests;
  const spent = daily
    ? { used: daily.Max - daily.Remaining, limit: daily.Max }
    : spentOf(said.reply.headers.get('sforce-limit-info'));
  const usage = spent ? [examineUsage(spent.used, spent.limit, org.config.reserve ?? 0)] : [];
  return [well(`logged in, API ${org.config.apiVersion}`), ...usage];
}

/** Descriptions, asked for once each. */
type Descriptions = (object: string) => Promise<Described | Outcome>;

function describing(org: Org, signal: AbortSignal): Descriptions {
  const known = new Map<string, Promise<Described | Outcome>>();
  return (object) => {
    const asked = known.get(object) ?? describe(org, object, signal);
    known.set(object, asked);
    return asked;
  };
}

const unreadable = (object: string, outcome: Outcome): Finding =>
  error(
    `${object} cannot be read: ${words(outcome)}`,
    `Check the API name of the object, and give the integration user read access to it by a permission set.`,
  );

/** What being put on campaigns and taken off them needs of the members. */
async function examineMembers(org: Org, need: Need, descriptions: Descriptions): Promise<readonly Finding[]> {
  const { operations } = need;
  const adds = operations.includes('add');
  if (!adds && !operations.includes('remove')) return [];
  const described = await descriptions(MEMBER);
  if ('kind' in described)
    return [
      unreadable(MEMBER, described),
      warning(
        `${MEMBER} needs a user with the Marketing User feature`,
        'Check "Marketing User" on the integration user.',
      ),
    ];
  const looking: Looking = { object: MEMBER, described, operations: ['upsert'] };
  const rights = [
    ...(adds ? (['createable', 'updateable'] as const) : []),
    ...(operations.includes('remove') ? (['deletable'] as const) : []),
  ];
  const key = org.config.campaignMember?.key;
  return [...examineRights(looking, rights), ...(adds && key !== undefined ? examineKey(looking, key) : [])];
}

async function examineNeed(org: Org, need: Need, descriptions: Descriptions): Promise<readonly Finding[]> {
  const { object, operations, keys, fields } = need;
  if (!isApiName(object))
    return [error(`"${object}" is not the API name of an object`, 'Look it up in the Object Manager.')];
  const described = await descriptions(object);
  if ('kind' in described) return [unreadable(object, described)];
  const looking: Looking = { object, described, operations };
  const members = operations.includes('add') ? await descriptions(MEMBER) : undefined;
  const member = members && 'fields' in members ? members : undefined;
  return [
    ...examineRights(looking, rightsFor(operations)),
    ...keys.flatMap((name) => examineKey(looking, name)),
    ...fields
      .filter((name) => !isId(name) && !keys.includes(name))
      .flatMap((name) => examineField(looking, name, member)),
    ...examineOnce(org.config, looking, need),
    ...(await examineMembers(org, need, descriptions)),
  ];
}

async function examineCampaigns(
  org: Org,
  lists: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const odd = lists.filter((id) => !isRecordId(id));
  const values = lists.filter(isRecordId);
  const found =
    values.length > 0 ? await findIds(org, { object: 'Campaign', field: 'Id', values }, signal) : () => [];
  const isThere = (id: string): boolean => typeof found === 'function' && found(id).length > 0;
  const why = typeof found === 'function' ? 'there is none, or our user may not see it' : words(found);
  return [
    ...odd.map((id) =>
      error(
        `"${id}" is no id of a campaign`,
        'Take the 18 characters that begin with 701 from the address of its page.',
      ),
    ),
    ...values.map((id) =>
      isThere(id)
        ? well(`campaign ${id} is there`)
        : error(
            `campaign ${id}: ${why}`,
            'Check the id, and give the integration user read access to Campaign.',
          ),
    ),
  ];
}

/** Looks at an org: can we log in, what is left of the day, and is what the rules need there and writable? Only reads. */
export function examineSalesforce(name: string, config: SalesforceConfig, deps: ConnectorDeps): Examiner {
  const org = openOrg(name, config, deps);
  return {
    async examine(needs, signal) {
      const login = await examineLogin(org, signal);
      if (login.length === 1 && login[0]?.level === 'error') return login;
      const descriptions = describing(org, signal);
      const findings = [...login];
      for (const need of needs) findings.push(...(await examineNeed(org, need, descriptions)));
      const lists = [...new Set(needs.flatMap((need) => need.lists))];
      return lists.length > 0 ? [...findings, ...(await examineCampaigns(org, lists, signal))] : findings;
    },
    async fields(object, signal) {
      const described = await describe(org, object, signal);
      if ('fields' in described)
        return ok(
          Object.fromEntries(
            [...described.fields.values()].map((field) => [field.name, toRemoteField(field)]),
          ),
        );
      const message = `The fields of "${object}" cannot be read from "${name}": ${words(described)}`;
      return bad('fault' in described ? described.fault.code : 'remote.rejected', message);
    },
  };
}
