import * as z from 'zod';
import { bad, Fault, ok, type Result } from '../../core/fault.js';
import { type RefreshToken, refreshToken } from '../auth/grants.js';
import { readSecret } from '../auth/secret.js';
import { type Token, type Tokens, tokenCache } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { retry } from '../wire/outcome.js';
import { LOGIN_MS } from '../wire/patience.js';
import type { HubspotConfig } from './config.js';

/** What can travel in a header; fetch would quote anything else in its error. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/** What to look at when HubSpot refuses the credentials. */
export function loginAdvice({ auth }: HubspotConfig): string {
  return 'bearer' in auth
    ? `Check that the service key or app token in "${auth.bearer.token}" was neither rotated nor revoked and belongs to the right account.`
    : `Check the client id, client secret and refresh token in "${auth.refreshToken.secret}", and that the app is still installed in the account.`;
}

/** A token that is a secret itself. It is read once, and again after a 401, when it may have been rotated. */
function staticToken(connection: string, ref: string, deps: ConnectorDeps): Tokens {
  let current: Token | undefined;
  return {
    async get() {
      if (current !== undefined) return current;
      const text = await readSecret(deps.secrets, ref);
      if (!text.ok) return { kind: 'denied', outcome: retry('connection', text.fault) };
      const accessToken = text.value.trim();
      if (!PRINTABLE.test(accessToken)) {
        const message = `Connection "${connection}": the text of "${ref}" must be a token and nothing else, without blanks.`;
        return { kind: 'denied', outcome: retry('connection', new Fault('config.invalid', message)) };
      }
      current = { accessToken };
      return current;
    },
    drop(token) {
      if (current === token) current = undefined;
    },
  };
}

const Credentials = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  refreshToken: z.string().min(1),
});

function parse(connection: string, ref: string, text: string): Result<RefreshToken> {
  try {
    const parsed = Credentials.safeParse(JSON.parse(text));
    if (parsed.success) return ok(parsed.data);
  } catch {
    // The error of JSON.parse quotes the text, and the text is a secret: it must not become a cause.
  }
  return bad(
    'config.invalid',
    `Connection "${connection}": the text of "${ref}" must be JSON of the form {"clientId":"…","clientSecret":"…","refreshToken":"…"}.`,
  );
}

/**
 * The tokens of one account. An OAuth access token lives about 30 minutes, as its `expires_in` says; HubSpot gives the
 * same refresh token again and again until the app is uninstalled ("Manage OAuth access tokens").
 */
export function hubspotTokens(connection: string, config: HubspotConfig, deps: ConnectorDeps): Tokens {
  const { auth, apiVersion, timeoutMs } = config;
  if ('bearer' in auth) return staticToken(connection, auth.bearer.token, deps);
  const { secret } = auth.refreshToken;
  return tokenCache({
    connection,
    tokenUrl: new URL(`/oauth/${apiVersion}/token`, config.url).href,
    ask: async () => {
      const text = await readSecret(deps.secrets, secret);
      if (!text.ok) return text;
      const credentials = parse(connection, secret, text.value);
      return credentials.ok ? ok(refreshToken(credentials.value)) : credentials;
    },
    advice: loginAdvice(config),
    fetch: deps.fetch ?? globalThis.fetch,
    clock: deps.clock,
    timeoutMs: Math.min(timeoutMs, LOGIN_MS),
  });
}
