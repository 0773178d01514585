import { type ClientSecret, clientSecretPost } from '../../../shared/connectors/auth/grants.js';
import { type Tokens, tokenCache } from '../../../shared/connectors/auth/tokens.js';
import { ok, type Result } from '../../../shared/core/fault.js';
import { type Asked, fakeFetch, jsonResponse, never, stillClock, T0 } from '../fakes.js';

/** What the client of these tests proves itself with. */
export const CREDENTIALS: ClientSecret = { clientId: 'the-client', clientSecret: 's3cr%t:+/a' };

/** How the token endpoint answers, and what the credentials are. */
export interface Options {
  readonly respond: (asked: Asked, index: number) => Response | Promise<Response>;
  readonly credentials?: () => Promise<Result<ClientSecret>>;
}

/** A token cache at an endpoint that is a function. */
export function tokensFrom({ respond, credentials = () => Promise.resolve(ok(CREDENTIALS)) }: Options) {
  const time = { now: T0 };
  const { fetch, asked } = fakeFetch(respond);
  const tokens = tokenCache({
    connection: 'crm',
    tokenUrl: 'https://login.example.com/token',
    ask: async () => {
      const known = await credentials();
      return known.ok ? ok(clientSecretPost(known.value)) : known;
    },
    advice: 'Check "secret:crm".',
    fetch,
    clock: stillClock(time),
    timeoutMs: 1000,
  });
  return { tokens, asked, time };
}

/** An endpoint that grants a new token each time. */
export const grants =
  (expires_in?: unknown) =>
  (_: Asked, index: number): Response =>
    jsonResponse(200, { access_token: `token-${index + 1}`, token_type: 'Bearer', expires_in });

/** The token in use; fails the test when there is none. */
export const get = async (tokens: Tokens): Promise<string> => {
  const token = await tokens.get(never());
  if ('kind' in token) throw new Error(`denied: ${JSON.stringify(token.outcome)}`);
  return token.accessToken;
};

/** Why there is no token; fails the test when there is one. */
export const deniedBy = async (options: Options) => {
  const { tokens } = tokensFrom(options);
  const token = await tokens.get(never());
  if (!('kind' in token)) throw new Error('a token came');
  return token.outcome;
};
