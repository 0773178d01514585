import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import { type ClientSecret, clientSecretPost } from '../auth/grants.js';
import { readSecret } from '../auth/secret.js';
import { type Tokens, tokenCache } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';

/** Where to log in, and the name of the secret to do it with. */
export interface SalesforceLogin {
  readonly connection: string;
  /** `https://acme.my.salesforce.com`, without a path. */
  readonly base: string;
  readonly secret: string;
  readonly timeoutMs: number;
}

const Credentials = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });

function parse({ connection, secret }: SalesforceLogin, text: string): Result<ClientSecret> {
  try {
    const parsed = Credentials.safeParse(JSON.parse(text));
    if (parsed.success) return ok(parsed.data);
  } catch {
    // The error of JSON.parse quotes the text, and the text is a secret: it must not become a cause.
  }
  return bad(
    'config.invalid',
    `Connection "${connection}": the text of "${secret}" must be JSON of the form {"clientId":"…","clientSecret":"…"}.`,
  );
}

/** What to look at when Salesforce refuses the credentials. */
export const loginAdvice = (secret: string): string =>
  `Check the client id and secret in "${secret}", that the external client app has the client credentials flow with a Run As user, and that "domain" is the My Domain host of the org.`;

/**
 * The token cache of one org. Salesforce names no `expires_in` for this flow, so a token is kept until a 401
 * (help.salesforce.com, "OAuth 2.0 Client Credentials Flow").
 */
export function salesforceTokens(login: SalesforceLogin, deps: ConnectorDeps): Tokens {
  return tokenCache({
    connection: login.connection,
    tokenUrl: `${login.base}/services/oauth2/token`,
    ask: async () => {
      const text = await readSecret(deps.secrets, login.secret);
      if (!text.ok) return text;
      const credentials = parse(login, text.value);
      return credentials.ok ? ok(clientSecretPost(credentials.value)) : credentials;
    },
    advice: loginAdvice(login.secret),
    fetch: deps.fetch ?? globalThis.fetch,
    clock: deps.clock,
    timeoutMs: login.timeoutMs,
  });
}
