import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import { clientAssertion, clientSecretPost, signAssertion } from '../auth/grants.js';
import { readSecret } from '../auth/secret.js';
import { type Ask, type Tokens, tokenCache } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { LOGIN_MS } from '../wire/patience.js';
import type { DynamicsConfig } from './config.js';

const WithSecret = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
const WithCertificate = z.object({
  clientId: z.string().min(1),
  privateKey: z.string().min(1),
  certificate: z.string().min(1),
});
type WithCertificate = z.infer<typeof WithCertificate>;

/** Life of an assertion, seconds: Entra takes a few minutes ("Microsoft identity platform certificate credentials"). */
const ASSERTION_LIFE = 300;

/** Where an application of this tenant asks for tokens. */
const tokenUrlOf = ({ authority, tenant }: DynamicsConfig): string =>
  `${new URL(authority).origin}/${tenant}/oauth2/v2.0/token`;

/** The name of the secret that the connection logs in with. */
export const secretOf = ({ auth }: DynamicsConfig): string =>
  'clientCredentials' in auth ? auth.clientCredentials.secret : auth.certificate.secret;

/** What to look at when the credentials are refused. */
export const loginAdvice = (config: DynamicsConfig): string =>
  `Check the application (client) id and its credentials in "${secretOf(config)}", that "tenant" and "url" are right, and that the application is an application user of the environment with a security role (Power Platform admin center, Environments, Settings, Application users).`;

const unfit = (connection: string, secret: string, form: string): Result<never> =>
  bad(
    'config.invalid',
    `Connection "${connection}": the text of "${secret}" must be JSON of the form ${form}.`,
  );

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    // The error of JSON.parse quotes the text, and the text is a secret: it must not become a cause.
    return undefined;
  }
}

/** SHA-256 of the certificate, base64url: how Entra finds out which key to verify with. Throws if it is another key's. */
function thumbprint(certificate: string, privateKey: string): string {
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(privateKey))) throw new Error('another key');
  return createHash('sha256').update(parsed.raw).digest('base64url');
}

/** Proves the application with its certificate's key (RFC 7523 section 2.2, PS256 with x5t#S256 as Entra asks). */
async function prove(
  { clientId, privateKey, certificate }: WithCertificate,
  tokenUrl: string,
  scope: string,
  now: number,
): Promise<Ask | undefined> {
  try {
    const assertion = await signAssertion({
      issuer: clientId,
      subject: clientId,
      audience: tokenUrl,
      key: privateKey,
      now,
      life: ASSERTION_LIFE,
      id: randomUUID(),
      algorithm: 'PS256',
      header: { 'x5t#S256': thumbprint(certificate, privateKey) },
    });
    return clientAssertion({ clientId, assertion }, { scope });
  } catch {
    // What the crypto library says may quote the key.
    return undefined;
  }
}

async function ask(connection: string, config: DynamicsConfig, deps: ConnectorDeps): Promise<Result<Ask>> {
  const secret = secretOf(config);
  const text = await readSecret(deps.secrets, secret);
  if (!text.ok) return text;
  const scope = `${new URL(config.url).origin}/.default`;
  if ('clientCredentials' in config.auth) {
    const credentials = parse(WithSecret, text.value);
    const form = '{"clientId":"…","clientSecret":"…"}';
    return credentials ? ok(clientSecretPost(credentials, { scope })) : unfit(connection, secret, form);
  }
  const credentials = parse(WithCertificate, text.value);
  const proof = credentials && (await prove(credentials, tokenUrlOf(config), scope, deps.clock.now()));
  const form =
    '{"clientId":"…","privateKey":"…","certificate":"…"}, an RSA key and its own certificate, both as PEM';
  return proof ? ok(proof) : unfit(connection, secret, form);
}

/** The token cache of one environment. Tokens live about an hour and are replaced a minute before they end. */
export function dynamicsTokens(connection: string, config: DynamicsConfig, deps: ConnectorDeps): Tokens {
  return tokenCache({
    connection,
    tokenUrl: tokenUrlOf(config),
    ask: () => ask(connection, config, deps),
    advice: loginAdvice(config),
    fetch: deps.fetch ?? globalThis.fetch,
    clock: deps.clock,
    timeoutMs: Math.min(config.timeoutMs, LOGIN_MS),
  });
}
