import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Ask } from './tokens.js';

/** A client that proves itself with a secret. */
export interface ClientSecret {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The client credentials grant with id and secret in the form (RFC 6749 section 2.3.1). `extra` is e.g. the scope. */
export function clientSecretPost(
  { clientId, clientSecret }: ClientSecret,
  extra: Readonly<Record<string, string>> = {},
): Ask {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...extra,
  });
  return { form, secrets: [clientSecret, clientId] };
}

/** Claims and key of an assertion (RFC 7523). */
export interface Assertion {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** Private key, PEM. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Longest life, seconds. */
  readonly life: number;
  /** Unique per assertion, for servers that refuse to see one twice. */
  readonly id?: string;
  readonly algorithm?: 'RS256' | 'PS256' | 'ES256';
  /** E.g. `kid`, or the thumbprint of a certificate. */
  readonly header?: Readonly<Record<string, string>>;
}

/** Signs an assertion. Throws for a key that cannot be read or does not fit the algorithm. */
export async function signAssertion(assertion: Assertion): Promise<string> {
  const { issuer, subject, audience, key, now, life, id, algorithm = 'RS256', header } = assertion;
  const seconds = Math.floor(now / 1000);
  const jwt = new SignJWT(id === undefined ? {} : { jti: id })
    .setProtectedHeader({ ...header, alg: algorithm, typ: 'JWT' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + life);
  return jwt.sign(createPrivateKey(key));
}

/** The JWT bearer grant (RFC 7523 section 2.1). */
export const jwtBearer = (assertion: string, extra: Readonly<Record<string, string>> = {}): Ask => ({
  form: new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
    ...extra,
  }),
  secrets: [assertion],
});

/** A client that was let in once and keeps the refresh token it was given. */
export interface RefreshToken extends ClientSecret {
  readonly refreshToken: string;
}

/** The refresh token grant with id and secret in the form (RFC 6749 section 6). */
export const refreshToken = ({ clientId, clientSecret, refreshToken: token }: RefreshToken): Ask => ({
  form: new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: token,
  }),
  secrets: [clientSecret, clientId, token],
});

/** The client credentials grant of a client that proves itself with a signed assertion (RFC 7523 section 2.2). */
export const clientAssertion = (
  { clientId, assertion }: { readonly clientId: string; readonly assertion: string },
  extra: Readonly<Record<string, string>> = {},
): Ask => ({
  form: new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...extra,
  }),
  secrets: [assertion, clientId],
});
