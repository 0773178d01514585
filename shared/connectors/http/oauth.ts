import { randomUUID } from 'node:crypto';
import { ClientSecretBasic } from 'oauth4webapi';
import { bad, ok, type Result } from '../../core/fault.js';
import {
  type Assertion,
  clientAssertion,
  clientSecretPost,
  jwtBearer,
  signAssertion,
} from '../auth/grants.js';
import { isSecretRef, readSecret } from '../auth/secret.js';
import { type Ask, type Tokens, tokenCache } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { LOGIN_MS } from '../wire/patience.js';
import type { ClientCredentials, HttpAuth, JwtBearer } from './auth.js';

/** What asking for tokens takes besides the way to ask. */
export interface TokenSettings {
  readonly connection: string;
  readonly deps: ConnectorDeps;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
}

/** Servers refuse assertions that live long; some at three minutes (Salesforce). */
const ASSERTION_SECONDS = 180;

const ADVICE = 'Check the client, its secret or key, "scope" and "audience" of its "auth".';

/** The members that come on top of what the grant asks for. */
const extras = ({ scope, params }: ClientCredentials | JwtBearer): Readonly<Record<string, string>> =>
  scope === undefined ? params : { ...params, scope };

/** Signs; a key that cannot be read is a fault, without the library's words: they may quote the key. */
async function signed(
  connection: string,
  ref: string,
  assertion: Omit<Assertion, 'life' | 'id'>,
): Promise<Result<string>> {
  try {
    return ok(await signAssertion({ ...assertion, life: ASSERTION_SECONDS, id: randomUUID() }));
  } catch {
    const { algorithm } = assertion;
    return bad(
      'config.invalid',
      `Connection "${connection}": the text of "${ref}" is not a private key (PEM) that can sign ${algorithm}. Store the whole key, from BEGIN to END.`,
    );
  }
}

const headerOf = ({ keyId }: ClientCredentials | JwtBearer) => (keyId === undefined ? {} : { kid: keyId });

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
async function basicAsk(config: ClientCredentials, clientId: string, clientSecret: string): Promise<Ask> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...extras(config) });
  const headers = new Headers();
  await ClientSecretBasic(clientSecret)({ issuer: config.tokenUrl }, { client_id: clientId }, form, headers);
  return { form, headers: Object.fromEntries(headers), secrets: [clientSecret, clientId] };
}

async function askByCredentials(
  config: ClientCredentials,
  { connection, deps }: TokenSettings,
): Promise<Result<Ask>> {
  const { clientId: named, method, tokenUrl, audience = tokenUrl, algorithm } = config;
  const id = isSecretRef(named) ? await readSecret(deps.secrets, named) : ok(named);
  if (!id.ok) return id;
  const secret = await readSecret(deps.secrets, config.secret);
  if (!secret.ok) return secret;
  const clientId = id.value;
  if (method === 'client_secret_basic') return ok(await basicAsk(config, clientId, secret.value));
  if (method === 'client_secret_post')
    return ok(clientSecretPost({ clientId, clientSecret: secret.value }, extras(config)));
  const assertion = await signed(connection, config.secret, {
    issuer: clientId,
    subject: clientId,
    audience,
    algorithm,
    key: secret.value,
    now: deps.clock.now(),
    header: headerOf(config),
  });
  return assertion.ok
    ? ok(clientAssertion({ clientId, assertion: assertion.value }, extras(config)))
    : assertion;
}

async function askByAssertion(config: JwtBearer, { connection, deps }: TokenSettings): Promise<Result<Ask>> {
  const { issuer, subject, tokenUrl, audience = tokenUrl, algorithm } = config;
  const key = await readSecret(deps.secrets, config.key);
  if (!key.ok) return key;
  const now = deps.clock.now();
  const header = headerOf(config);
  const claims = { issuer, subject, audience, algorithm, key: key.value, now, header };
  const assertion = await signed(connection, config.key, claims);
  return assertion.ok ? ok(jwtBearer(assertion.value, extras(config))) : assertion;
}

/** The token cache of a connection and the word before its tokens; nothing where no token is asked for. */
export function tokensOf(
  auth: 'none' | HttpAuth,
  settings: TokenSettings,
): { readonly tokens: Tokens; readonly scheme: string } | undefined {
  if (auth === 'none') return undefined;
  const { clientCredentials, jwtBearer: bearer } = auth;
  const { connection, deps, fetch, timeoutMs } = settings;
  const cache = ({ tokenUrl, scheme }: ClientCredentials | JwtBearer, ask: () => Promise<Result<Ask>>) => ({
    tokens: tokenCache({
      connection,
      tokenUrl,
      ask,
      advice: ADVICE,
      fetch,
      clock: deps.clock,
      timeoutMs: Math.min(timeoutMs, LOGIN_MS),
    }),
    scheme,
  });
  if (clientCredentials) return cache(clientCredentials, () => askByCredentials(clientCredentials, settings));
  return bearer && cache(bearer, () => askByAssertion(bearer, settings));
}
