import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import type { Examiner, Finding, Need, Outcome } from '../../core/remote.js';
import { inFull } from '../auth/said.js';
import type { ConnectorDeps } from '../deps.js';
import type { Reply } from '../wire/transport.js';
import { call, type Heard, type Hub, type HubRequest, objectsPath } from './api.js';
import type { HubspotConfig } from './config.js';
import { error, examineField, examineKey, type Fields, warning, well } from './examine-fields.js';
import { hubspotTokens } from './login.js';
import { fieldsOf } from './properties.js';
import { fromRefusal } from './refusal.js';

/** What an outcome says, for a person. */
const words = (outcome: Outcome): string => {
  if (outcome.kind === 'rejected') return `${outcome.code}: ${outcome.text}`;
  return 'fault' in outcome ? inFull(outcome.fault) : outcome.kind;
};

/** Why an answer is not the one that was hoped for. */
const why = (heard: Heard): string =>
  words(heard.kind === 'none' ? heard.outcome : fromRefusal(heard.context, heard.reply));

const get = (hub: Hub, path: readonly string[], signal: AbortSignal): Promise<Heard> =>
  call(hub, { operation: 'update', method: 'GET', path }, signal);

const replied = (heard: Heard, ...statuses: readonly number[]): Reply | undefined =>
  heard.kind === 'reply' && statuses.includes(heard.reply.status) ? heard.reply : undefined;

const Details = z.object({ portalId: z.number(), accountType: z.string().catch('') });
const Usage = z.object({
  results: z
    .array(
      z.object({
        currentUsage: z.number(),
        usageLimit: z.number().positive(),
        resetsAt: z.string().catch(''),
      }),
    )
    .min(1),
});

/** Logs in. Nothing else can be told when that fails. */
async function examineLogin(hub: Hub, signal: AbortSignal): Promise<Finding> {
  const heard = await get(hub, ['account-info', hub.config.apiVersion, 'details'], signal);
  const details = Details.safeParse(replied(heard, 200)?.json).data;
  if (details !== undefined) return well(`logged in to account ${details.portalId} (${details.accountType})`);
  // Whoever is told that a scope is missing has been let in.
  if (replied(heard, 403)) return well('logged in');
  return error(
    `"${hub.name}" cannot be asked: ${why(heard)}`,
    'See "Set up HubSpot" in docs/connectors/hubspot.md.',
  );
}

/** What is left of the day's requests. HubSpot tells it of service keys and private apps alone. */
async function examineUsage(hub: Hub, signal: AbortSignal): Promise<readonly Finding[]> {
  const path = ['account-info', hub.config.apiVersion, 'api-usage', 'daily', 'private-apps'];
  const usage = Usage.safeParse(replied(await get(hub, path, signal), 200)?.json).data;
  return (usage?.results ?? []).slice(0, 1).map(({ currentUsage, usageLimit, resetsAt }) => {
    const what = `${currentUsage} of ${usageLimit} API requests of the day are used`;
    if (currentUsage < usageLimit * 0.8) return well(what);
    return warning(what, `They come back at ${resetsAt}. See which apps use them, or raise the limit.`);
  });
}

/** What is known of an object type, or the answer that does not tell it. */
type Known = { readonly fields: Fields } | { readonly heard: Heard };

async function knownOf(hub: Hub, object: string, signal: AbortSignal): Promise<Known> {
  const heard = await get(hub, ['crm', 'properties', hub.config.apiVersion, object], signal);
  const fields = fieldsOf(object, replied(heard, 200)?.json);
  return fields === undefined ? { heard } : { fields };
}

/**
 * Whether the token has the scope for a request. A batch of nothing changes nothing, and is refused for want of a scope
 * before anything else is looked at; HubSpot has no other way to ask that works for every kind of token.
 */
async function examineScope(
  hub: Hub,
  what: string,
  request: Omit<HubRequest, 'operation'>,
  signal: AbortSignal,
): Promise<Finding> {
  const heard = await call(hub, { operation: 'update', ...request }, signal);
  if (replied(heard, 200, 207, 204, 400, 404)) return well(`${what} is allowed`);
  return error(
    `${what} is not allowed: ${why(heard)}`,
    'Add the scope to the service key or app; docs/connectors/hubspot.md says which.',
  );
}

const WRITES = ['upsert', 'update', 'send', 'delete'] as const;
const LOOKS_UP = ['update', 'add', 'remove', 'delete'] as const;

function scopesOf(
  hub: Hub,
  { object, operations }: Need,
): readonly (readonly [string, Omit<HubRequest, 'operation'>])[] {
  const batch = (verb: string, body: unknown) =>
    ({ method: 'POST', path: objectsPath(hub, object, verb), body }) as const;
  const writes = WRITES.some((operation) => operations.includes(operation));
  const looksUp = LOOKS_UP.some((operation) => operations.includes(operation));
  return [
    ...(writes ? [[`writing ${object}`, batch('update', { inputs: [] })] as const] : []),
    ...(looksUp
      ? [
          [
            `reading ${object}`,
            batch('read', { properties: [], propertiesWithHistory: [], inputs: [] }),
          ] as const,
        ]
      : []),
  ];
}

const List = z.object({ list: z.object({ processingType: z.string(), name: z.string().catch('') }) });

async function examineList(hub: Hub, listId: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const path = ['crm', 'lists', hub.config.apiVersion, listId];
  const heard = await get(hub, path, signal);
  const list = List.safeParse(replied(heard, 200)?.json).data?.list;
  if (list === undefined)
    return [
      error(
        `list ${listId} cannot be read: ${why(heard)}`,
        'Look up its id in HubSpot (segments > details), and give crm.lists.read.',
      ),
    ];
  if (list.processingType === 'DYNAMIC')
    return [
      error(
        `list ${listId} is an active one: its filters alone say who is on it`,
        'Create a static list and use its id.',
      ),
    ];
  const add = { method: 'PUT', path: [...path, 'memberships', 'add'], body: [] } as const;
  return [
    well(`list ${listId} is a static one`),
    await examineScope(hub, `changing list ${listId}`, add, signal),
  ];
}

async function examineNeed(hub: Hub, need: Need, signal: AbortSignal): Promise<readonly Finding[]> {
  const { object, operations } = need;
  const { sendKey } = hub.config;
  const known = await knownOf(hub, object, signal);
  if ('heard' in known)
    return [
      error(
        `the properties of ${object} cannot be read: ${why(known.heard)}`,
        'Check the name of the object type, and give the scope to read its schema.',
      ),
    ];
  const findings = [
    ...need.keys.map((name) => examineKey(object, name, known.fields, need)),
    ...need.fields
      .filter((name) => !need.keys.includes(name))
      .map((name) => examineField(object, name, known.fields)),
  ];
  if (operations.includes('send'))
    findings.push(
      sendKey === undefined
        ? error(
            `"send" to ${object} has no key`,
            'Set "sendKey" of the connection to a property with unique values.',
          )
        : examineKey(object, sendKey, known.fields, need),
    );
  for (const [what, request] of scopesOf(hub, need))
    findings.push(await examineScope(hub, what, request, signal));
  return findings;
}

/** Looks at a HubSpot account: who we are, what is left of the day, and whether what the rules need is there. */
export function examineHubspot(name: string, config: HubspotConfig, deps: ConnectorDeps): Examiner {
  const hub: Hub = { name, config, deps, tokens: hubspotTokens(name, config, deps) };
  return {
    async examine(needs, signal) {
      const login = await examineLogin(hub, signal);
      if (login.level === 'error') return [login];
      const findings = [login, ...(await examineUsage(hub, signal))];
      for (const need of needs) findings.push(...(await examineNeed(hub, need, signal)));
      for (const list of new Set(needs.flatMap(({ lists }) => lists)))
        findings.push(...(await examineList(hub, list, signal)));
      return findings;
    },
    async fields(object, signal): Promise<Result<Fields>> {
      const known = await knownOf(hub, object, signal);
      if ('fields' in known) return ok(known.fields);
      const { heard } = known;
      const message = `The properties of "${object}" cannot be read from "${name}": ${why(heard)}`;
      const outcome = heard.kind === 'none' ? heard.outcome : fromRefusal(heard.context, heard.reply);
      return bad('fault' in outcome ? outcome.fault.code : 'remote.rejected', message);
    },
  };
}
