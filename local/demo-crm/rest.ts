import { type Answer, page } from '../vendor-answer.js';
import { json, refusal } from './answer.js';
import { upsertCollection } from './collection.js';
import { composite } from './composite.js';
import { describe } from './describe.js';
import type { Jobs } from './jobs.js';
import type { Org } from './org.js';
import type { Quota } from './quota.js';
import type { Sessions } from './sessions.js';
import { createCollection, deleteCollection, updateCollection } from './writes.js';

/** The Salesforce side of the demo CRM. */
export interface RestApi extends Org {
  readonly sessions: Sessions;
  readonly quota: Quota;
  readonly jobs: Jobs;
}

/** A request as the API sees it. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  /** Without its question mark. */
  readonly query?: string;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly body: string;
}

/** What is done instead of answering. */
export type Silence = 'hang' | 'reset';

const RESOURCE = /^\/services\/data\/v(\d{2,3})\.0\/(.+)$/;
/** Upserting collections came with version 46; versions up to 30 are retired. */
const [RETIRED, FIRST, LAST] = [30, 46, 68];

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

const notFound = (): Answer => refusal(404, 'NOT_FOUND', 'The requested resource does not exist');

/** What may be done to a resource, by method. */
type Methods = Partial<Record<string, () => Answer>>;

const JSON_TYPE = /^application\/json\b/i;

function resource(
  api: RestApi,
  request: RestRequest,
  [first, second, third, field]: readonly string[],
): Methods | undefined {
  const { body } = request;
  if (first === 'limits' && second === undefined)
    return { GET: () => json(200, { DailyApiRequests: api.quota.left(api.now()) }) };
  if (first === 'sobjects' && second !== undefined && third === 'describe')
    return { GET: () => describe(api, second) };
  if (first !== 'composite') return undefined;
  if (second === undefined) return { POST: () => composite(api, body) };
  if (second !== 'sobjects') return undefined;
  if (third === undefined)
    return {
      POST: () => createCollection(api, body),
      PATCH: () => updateCollection(api, body),
      DELETE: () => deleteCollection(api, request.query ?? ''),
    };
  return field === undefined ? undefined : { PATCH: () => upsertCollection(api, third, field, body) };
}

function route(api: RestApi, request: RestRequest): Answer {
  const [, version, rest = ''] = RESOURCE.exec(request.path) ?? [];
  const number = Number(version);
  if (number <= RETIRED) return refusal(410, 'UNSUPPORTED_API_VERSION', 'The requested version is retired');
  if (!(number >= FIRST && number <= LAST)) return notFound();
  const parts = rest.split('/').map(decoded);
  if (parts[0] === 'jobs' && parts[1] === 'ingest')
    return api.jobs.answer(api, request.method, parts.slice(2), request.contentType, request.body);
  const methods = parts.length > 4 ? undefined : resource(api, request, parts);
  if (methods === undefined) return notFound();
  const act = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  const allow = Object.keys(methods).join(', ');
  if (act === undefined)
    return refusal(
      405,
      'METHOD_NOT_ALLOWED',
      `HTTP Method '${request.method}' not allowed. Allowed are ${allow}`,
      { allow },
    );
  if (['POST', 'PATCH'].includes(request.method) && !JSON_TYPE.test(request.contentType))
    return refusal(415, 'UNSUPPORTED_MEDIA_TYPE', `Content type is not supported: ${request.contentType}`);
  return act();
}

/** Misbehaviours that come before anything is looked at. */
export function ordered(api: Org, on: 'data' | 'token'): Answer | Silence | undefined {
  const { misbehaviours } = api;
  if (misbehaviours.take('down') !== undefined)
    return refusal(503, 'SERVER_UNAVAILABLE', 'The server is not available');
  const hit = (fault: { on: 'data' | 'token' }): boolean => fault.on === on;
  const early = (fault: { on: 'data' | 'token'; when: 'before' | 'after' }): boolean =>
    hit(fault) && fault.when === 'before';
  if (misbehaviours.take('hang', early) !== undefined) return 'hang';
  if (misbehaviours.take('reset', early) !== undefined) return 'reset';
  const html = misbehaviours.take('html', hit);
  if (html !== undefined) return page(html.status);
  const answer = misbehaviours.take('answer', hit);
  if (answer === undefined) return undefined;
  const { status, retryAfter, errorCode = 'SERVER_UNAVAILABLE', message = 'Told to answer so' } = answer;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return refusal(status, errorCode, message, headers);
}

/** Misbehaviours that come after the rows are written: the client cannot know that they are. */
export function afterwards(api: Org, on: 'data' | 'token'): Silence | undefined {
  const late = (fault: { on: 'data' | 'token'; when: 'before' | 'after' }): boolean =>
    fault.on === on && fault.when === 'after';
  if (api.misbehaviours.take('hang', late) !== undefined) return 'hang';
  return api.misbehaviours.take('reset', late) === undefined ? undefined : 'reset';
}

/** A request to the REST API: session, then limits, then the resource. */
export function rest(api: RestApi, request: RestRequest): Answer {
  const session = api.sessions.find(request.authorization);
  if (session !== undefined && api.misbehaviours.take('expire-token') !== undefined)
    api.sessions.end(session);
  if (api.sessions.find(request.authorization) === undefined)
    return refusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
  const limit =
    api.misbehaviours.take('limit')?.limit ?? (api.quota.spend(api.now()) ? undefined : 'TotalRequests');
  const answer =
    limit === undefined
      ? route(api, request)
      : refusal(403, 'REQUEST_LIMIT_EXCEEDED', `${limit} Limit exceeded.`);
  return { ...answer, headers: { ...answer.headers, 'sforce-limit-info': api.quota.header(api.now()) } };
}
