import { randomBytes } from 'node:crypto';
import type { Answer } from '../vendor-answer.js';
import { json, refusal } from './answer.js';

/** Who may use the account. */
export interface Login {
  /** A token that never ends. */
  readonly serviceKey: string;
  readonly app: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
  /** Answers a request to the token endpoint. */
  token(contentType: string, body: string, at: number): Answer;
  /** The 401 for a request that nobody sent, or nothing. */
  check(authorization: string | undefined, at: number): Answer | undefined;
  end(authorization: string | undefined): void;
}

const secret = (prefix: string): string => `${prefix}-${randomBytes(16).toString('hex')}`;

/** One service key and one app; access tokens of the app live for `lifeMs`. */
export function createLogin(lifeMs: number): Login {
  const serviceKey = secret('pat-eu1');
  const app = { clientId: secret('client'), clientSecret: secret('secret'), refreshToken: secret('refresh') };
  const tokens = new Map<string, number>([[serviceKey, Number.POSITIVE_INFINITY]]);
  const tokenOf = (authorization: string | undefined): string =>
    /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
  return {
    serviceKey,
    app,
    token(contentType, body, at) {
      const form = new URLSearchParams(body);
      if (!/^application\/x-www-form-urlencoded\b/i.test(contentType))
        return refusal(415, 'VALIDATION_ERROR', 'Send a form');
      if (form.get('grant_type') !== 'refresh_token')
        return json(400, { error: 'unsupported_grant_type', error_description: 'unknown grant' });
      const right = form.get('client_id') === app.clientId && form.get('client_secret') === app.clientSecret;
      if (!right) return json(400, { error: 'invalid_client', error_description: 'client mismatch' });
      if (form.get('refresh_token') !== app.refreshToken)
        return json(400, { error: 'invalid_grant', error_description: 'refresh token is invalid' });
      const access_token = secret('CJ');
      tokens.set(access_token, at + lifeMs);
      const expires_in = lifeMs / 1000;
      return json(200, { access_token, refresh_token: app.refreshToken, token_type: 'bearer', expires_in });
    },
    check(authorization, at) {
      const until = tokens.get(tokenOf(authorization));
      if (until === undefined)
        return refusal(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.');
      return at < until ? undefined : refusal(401, 'EXPIRED_AUTHENTICATION', 'The token is expired.');
    },
    end(authorization) {
      const token = tokenOf(authorization);
      if (token !== serviceKey) tokens.delete(token);
    },
  };
}
