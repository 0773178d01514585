import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import { clientSecretPost, jwtBearer, signAssertion } from '../auth/grants.js';
import { readSecret } from '../auth/secret.js';
import { type Ask, type Tokens, tokenCache } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import type { SalesforceConfig } from './config.js';

/** Where and how to log in. */
export interface SalesforceLogin {
  readonly connection: string;
  /** `https://acme.my.salesforce.com`, without a path. */
  readonly base: string;
  readonly auth: SalesforceConfig['auth'];
  readonly timeoutMs: number;
}

const Credentials = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
const Signer = z.object({
  clientId: z.string().min(1),
  username: z.string().min(1),
  privateKey: z.string().min(1),
});

/** Longest life of an assertion, seconds: Salesforce takes three minutes, and clocks differ. */
const LIFE = 120;

const secretOf = ({ jwt, clientCredentials }: SalesforceConfig['auth']): string =>
  (jwt ?? clientCredentials)?.secret ?? '';

/** What to look at when Salesforce refuses the credentials. */
export function loginAdvice(auth: SalesforceConfig['auth']): string {
  const secret = `"${secretOf(auth)}"`;
  if (auth.jwt)
    return `Check the consumer key, the user name and the private key in ${secret}, that the external client app has the JWT bearer flow with the certificate of this key, that the user is pre-authorised for it by a permission set, and that "audience" is https://test.salesforce.com for a sandbox.`;
  return `Check the client id and secret in ${secret}, that the external client app has the client credentials flow with a Run As user, and that "domain" is the My Domain host of the org.`;
}

function parse<T>(login: SalesforceLogin, schema: z.ZodType<T>, text: string, form: string): Result<T> {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return ok(parsed.data);
  } catch {
    // The error of JSON.parse quotes the text, and the text is a secret: it must not become a cause.
  }
  return bad(
    'config.invalid',
    `Connection "${login.connection}": the text of "${secretOf(login.auth)}" must be JSON of the form ${form}.`,
  );
}

async function assertion(
  login: SalesforceLogin,
  audience: string,
  signer: z.infer<typeof Signer>,
  now: number,
): Promise<Result<Ask>> {
  const { clientId: issuer, username: subject, privateKey: key } = signer;
  try {
    const claims = { issuer, subject, audience, key, now, life: LIFE, id: randomUUID() };
    return ok(jwtBearer(await signAssertion(claims)));
  } catch {
    // The error of the key parser may quote the key.
    return bad(
      'config.invalid',
      `Connection "${login.connection}": "privateKey" in "${secretOf(login.auth)}" is no RSA private key in PEM. Use the key whose certificate was uploaded to the app.`,
    );
  }
}

async function ask(login: SalesforceLogin, deps: ConnectorDeps): Promise<Result<Ask>> {
  const { auth } = login;
  const text = await readSecret(deps.secrets, secretOf(auth));
  if (!text.ok) return text;
  if (auth.jwt) {
    const form = '{"clientId":"…","username":"…","privateKey":"-----BEGIN PRIVATE KEY-----\\n…"}';
    const signer = parse(login, Signer, text.value, form);
    return signer.ok ? assertion(login, auth.jwt.audience, signer.value, deps.clock.now()) : signer;
  }
  const credentials = parse(login, Credentials, text.value, '{"clientId":"…","clientSecret":"…"}');
  return credentials.ok ? ok(clientSecretPost(credentials.value)) : credentials;
}

/**
 * The token cache of one org. Salesforce names no `expires_in` for these flows, so a token is kept until a 401
 * (help.salesforce.com, "OAuth 2.0 Client Credentials Flow", "OAuth 2.0 JWT Bearer Flow").
 */
export function salesforceTokens(login: SalesforceLogin, deps: ConnectorDeps): Tokens {
  return tokenCache({
    connection: login.connection,
    tokenUrl: `${login.base}/services/oauth2/token`,
    ask: () => ask(login, deps),
    advice: loginAdvice(login.auth),
    fetch: deps.fetch ?? globalThis.fetch,
    clock: deps.clock,
    timeoutMs: login.timeoutMs,
  });
}
