import type { Answer } from '../vendor-answer.js';
import type { Account } from './account.js';
import { json, refusal } from './answer.js';
import { archive, read, write } from './batch.js';
import { change } from './members.js';
import { details, list, properties, usage } from './metadata.js';

/** A request as it came. */
export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly body: string;
}

const VERSIONS = new Set(['2026-03', '2026-09']);
const notFound = (): Answer => refusal(404, 'OBJECT_NOT_FOUND', 'There is nothing here.');

const missing = (scope: string): Answer =>
  refusal(403, 'MISSING_SCOPES', 'This app has not been granted all required scopes.', {
    errors: [{ message: 'Missing scope', context: { requiredGranularScopes: [scope] } }],
  });

/** Does what a path asks for, if the token may. */
interface Route {
  readonly scope: string | undefined;
  readonly work: () => Answer;
}

/** The object type of a path: by its name, or by its number. */
function objectOf({ types }: Account, name: string): string | undefined {
  if (Object.hasOwn(types, name)) return name;
  return Object.entries(types).find(([, { id }]) => id === name)?.[0];
}

function batchRoute(
  account: Account,
  { path, body }: Incoming,
  name: string,
  verb: string,
): Route | undefined {
  const object = objectOf(account, name);
  const scope = object === undefined ? undefined : account.types[object]?.scope;
  if (object === undefined)
    return {
      scope,
      work: () => refusal(400, 'VALIDATION_ERROR', `Unable to infer object type from: ${name}`),
    };
  const asking = { path, object, body };
  switch (verb) {
    case 'upsert':
    case 'update':
      return { scope: `${scope}.write`, work: () => write(account, asking, verb) };
    case 'read':
      return { scope: `${scope}.read`, work: () => read(account, asking) };
    case 'archive':
      return { scope: `${scope}.write`, work: () => archive(account, asking) };
    default:
      return undefined;
  }
}

function crmRoute(account: Account, incoming: Incoming, parts: readonly string[]): Route | undefined {
  const [, kind, , name = '', what = '', verb = ''] = parts;
  const to = `${incoming.method} ${kind} ${parts.length}`;
  if (to === 'POST objects 6' && what === 'batch') return batchRoute(account, incoming, name, verb);
  if (to === 'PUT lists 6' && what === 'memberships' && (verb === 'add' || verb === 'remove'))
    return { scope: 'crm.lists.write', work: () => change(account, name, verb, incoming.body) };
  if (to === 'GET lists 4') return { scope: 'crm.lists.read', work: () => list(account, name) };
  const object = objectOf(account, name);
  const type = object === undefined ? undefined : account.types[object];
  if (to === 'GET properties 4')
    return {
      scope: type && `${type.scope.replace('objects', 'schemas')}.read`,
      work: () => (type === undefined ? notFound() : properties(type)),
    };
  return undefined;
}

function routeOf(account: Account, incoming: Incoming): Route | undefined {
  const parts = incoming.path.slice(1).split('/').map(decodeURIComponent);
  const version = parts[0] === 'crm' ? parts[2] : parts[1];
  if (!VERSIONS.has(version ?? '')) return undefined;
  if (parts[0] === 'crm') return crmRoute(account, incoming, parts);
  if (parts[0] !== 'account-info' || incoming.method !== 'GET') return undefined;
  const rest = parts.slice(2).join('/');
  if (rest === 'details') return { scope: undefined, work: details };
  if (rest === 'api-usage/daily/private-apps') return { scope: undefined, work: () => usage(account) };
  return undefined;
}

/** The account's answer to a request: who asks, how often, and then what for. */
export function respond(account: Account, incoming: Incoming): Answer {
  const { method, path, authorization, contentType, body } = incoming;
  const at = account.now();
  if (/^\/oauth\/2026-0[39]\/token$/.test(path) && method === 'POST')
    return account.login.token(contentType, body, at);
  if (account.misbehaviours.take('expire-token', path)) account.login.end(authorization);
  const stranger = account.login.check(authorization, at);
  if (stranger !== undefined) return stranger;
  const limited = account.limits.spend(at);
  const answer = limited ?? routed(account, incoming);
  return { ...answer, headers: { ...account.limits.headers(at), ...answer.headers } };
}

function routed(account: Account, incoming: Incoming): Answer {
  const route = routeOf(account, incoming);
  if (route === undefined) return notFound();
  if (incoming.method !== 'GET' && !/^application\/json\b/i.test(incoming.contentType))
    return json(415, { status: 'error', message: 'Unsupported Media Type' });
  if (route.scope !== undefined && !account.scopes.has(route.scope)) return missing(route.scope);
  return route.work();
}
