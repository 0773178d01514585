import { createHash } from 'node:crypto';
import type { Clock } from '../../core/ports.js';
import { answer, type DoorRequest, type DoorResponse } from '../request.js';
import type { Route } from '../router.js';
import { type Attempts, attemptBy } from './attempts.js';
import { basicOf, type Credentials, readingsOf } from './authorization.js';
import { ownerOf } from './clients.js';
import type { OwnOAuth } from './own-tokens.js';
import { type Parameters, readParameters } from './token-request.js';
import { type Bearer, readToken, reasonOf, SCOPE, signToken } from './tokens.js';

/** What giving tokens needs. */
export interface TokenEndpointDeps {
  readonly oauth: OwnOAuth;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  readonly attempts: Attempts;
  /** How long an access token counts. */
  readonly seconds: number;
}

/** A refresh token outlives its access token, or it would be of no use; so long after the password was given it must be given again. */
const REFRESH_SECONDS = 30 * 86_400;

/** What a refresh token is given for: the password it goes back to, and how long it counts. */
interface Refresh {
  readonly by: string;
  readonly seconds: number;
}

/** Enough of a password's hash to notice that it was changed, and by far not enough to find it. */
const printOf = (password: string): string =>
  createHash('sha256').update(password).digest('base64url').slice(0, 4);

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Errors of RFC 6749, 5.2, and of being too many. */
type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable';

function refuse(
  status: number,
  error: OAuthError,
  text: string,
  more: Record<string, string> = {},
): DoorResponse {
  return answer(status, { error, error_description: text }, { ...NO_STORE, ...more });
}

const tooMany = (seconds: number): DoorResponse =>
  refuse(429, 'temporarily_unavailable', 'too many wrong attempts; wait', { 'retry-after': String(seconds) });

async function grantTokens(
  bearer: Bearer,
  refresh: Refresh | undefined,
  deps: TokenEndpointDeps,
): Promise<DoorResponse> {
  const { seconds, clock, newId } = deps;
  const signing = { keys: deps.oauth.keys, clock, newId };
  const body = {
    access_token: await signToken('access', bearer, seconds, signing),
    token_type: 'Bearer',
    expires_in: seconds,
    scope: SCOPE,
  };
  if (!refresh) return answer(200, body, NO_STORE);
  const bound = { ...bearer, password: printOf(refresh.by) };
  const refresh_token = await signToken('refresh', bound, refresh.seconds, signing);
  return answer(200, { ...body, refresh_token }, NO_STORE);
}

async function byPassword(
  client: string,
  parameters: Parameters,
  request: DoorRequest,
  deps: TokenEndpointDeps,
): Promise<DoorResponse> {
  const { username: id, password: secret } = parameters;
  if (id === undefined || secret === undefined)
    return refuse(400, 'invalid_request', 'username and password are needed');
  const { users } = await deps.oauth.registered();
  const attempt = attemptBy(deps.attempts, users.has(id) ? `user ${id}` : undefined, request);
  if (attempt.wait !== undefined) return tooMany(attempt.wait);
  const user = ownerOf([{ id, secret }], users);
  if (user !== undefined)
    return grantTokens({ client, user }, { by: secret, seconds: REFRESH_SECONDS }, deps);
  const wait = attempt.failed({ id, secret });
  return wait === undefined ? refuse(400, 'invalid_grant', 'user or password are wrong') : tooMany(wait);
}

async function byRefresh(
  client: string,
  parameters: Parameters,
  deps: TokenEndpointDeps,
): Promise<DoorResponse> {
  const { refresh_token: token } = parameters;
  if (token === undefined) return refuse(400, 'invalid_request', 'refresh_token is needed');
  const { users } = await deps.oauth.registered();
  try {
    const bearer = await readToken('refresh', token, 0, { keys: deps.oauth.keys, clock: deps.clock });
    const passwords = bearer.user === undefined ? [] : (users.get(bearer.user) ?? []);
    const by = passwords.find((password) => printOf(password) === bearer.password);
    const seconds = bearer.until - Math.floor(deps.clock.now() / 1000);
    if (bearer.client === client && by !== undefined) return await grantTokens(bearer, { by, seconds }, deps);
  } catch (error) {
    if (reasonOf(error) === undefined) throw error;
  }
  return refuse(400, 'invalid_grant', 'the refresh token does not count (any more)');
}

/** Who asks: by Basic, or by the body; by both only when both say the same. An empty secret counts as none (RFC 6749, 3.2). */
function credentialsOf(request: DoorRequest, parameters: Parameters): readonly Credentials[] | undefined {
  const { client_id: id, client_secret: secret } = parameters;
  const basic = basicOf(request);
  if (!basic) return id === undefined || secret === undefined ? [] : [{ id, secret }];
  const readings = readingsOf(basic);
  const isSame = readings.some((one) => one.id === (id ?? one.id) && one.secret === secret);
  return secret === undefined || secret === '' || isSame ? readings : undefined;
}

async function grant(request: DoorRequest, deps: TokenEndpointDeps): Promise<DoorResponse> {
  const parameters = readParameters(request);
  if (!parameters) return refuse(400, 'invalid_request', 'the body must be a form or JSON, each member once');
  const readings = credentialsOf(request, parameters);
  if (!readings) return refuse(400, 'invalid_request', 'client credentials are given twice');
  const { clients } = await deps.oauth.registered();
  const named = readings.find(({ id }) => clients.has(id))?.id;
  const attempt = attemptBy(deps.attempts, named && `client ${named}`, request);
  if (attempt.wait !== undefined) return tooMany(attempt.wait);
  const client = ownerOf(readings, clients);
  if (client === undefined) {
    const wait = attempt.failed(readings[0] ?? { id: '', secret: '' });
    if (wait !== undefined) return tooMany(wait);
    const challenge = { 'www-authenticate': 'Basic realm="tributary"' };
    return refuse(401, 'invalid_client', 'client_id or client_secret are wrong', challenge);
  }
  const { grant_type: type } = parameters;
  if (type === 'client_credentials') return grantTokens({ client, user: undefined }, undefined, deps);
  if (type === 'password') return byPassword(client, parameters, request, deps);
  if (type === 'refresh_token') return byRefresh(client, parameters, deps);
  if (type === undefined) return refuse(400, 'invalid_request', 'grant_type is needed');
  return refuse(400, 'unsupported_grant_type', 'use client_credentials, password or refresh_token');
}

/**
 * Our own token endpoint: RFC 6749, client credentials (4.4), password (4.3) and refresh (6). Adobe wants exactly 200 and an
 * `access_token`; whatever scope is asked for, the only one there is is granted.
 */
export const tokenRoute = (deps: TokenEndpointDeps): Route => ({
  methods: ['POST'],
  path: '/oauth/token',
  access: 'anybody',
  handle: (request) => grant(request, deps),
});
