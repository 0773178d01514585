import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, importX509, jwtVerify } from 'jose';
import type { Answer } from '../vendor-answer.js';
import { json } from './answer.js';

/** The application that is registered, and what it may prove itself with. */
export interface Application {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM. */
  readonly certificate?: string;
}

/** Who may log in, and who is logged in. */
export interface Logins {
  /** Answers a request to the token endpoint. */
  login(form: URLSearchParams, base: string, now: number): Promise<Answer>;
  isIn(authorization: string | undefined, now: number): boolean;
  /** Ends the session of a request. */
  end(authorization: string | undefined): void;
}

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const refuse = (status: number, error: string, error_description: string): Answer =>
  json(status, { error, error_description });

/** Assertions that were used: none works twice. */
type Used = Set<string>;

async function proves(
  app: Application,
  assertion: string,
  url: string,
  now: number,
  used: Used,
): Promise<boolean> {
  const { certificate, clientId } = app;
  if (certificate === undefined) return false;
  try {
    const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
    const { alg, 'x5t#S256': x5t } = decodeProtectedHeader(assertion);
    if (alg !== 'PS256' || x5t !== thumbprint) return false;
    const { payload } = await jwtVerify(assertion, await importX509(certificate, 'PS256'), {
      audience: url,
      issuer: clientId,
      subject: clientId,
      currentDate: new Date(now),
    });
    const fresh = typeof payload.jti === 'string' && !used.has(payload.jti);
    used.add(payload.jti ?? '');
    return fresh && payload.exp !== undefined;
  } catch {
    return false;
  }
}

/** The client credentials flow of one application; tokens live `lifeMs`. */
export function createLogins(app: Application, lifeMs: number): Logins {
  const sessions = new Map<string, number>();
  const used: Used = new Set();
  return {
    async login(form, base, now) {
      if (form.get('grant_type') !== 'client_credentials')
        return refuse(
          400,
          'unsupported_grant_type',
          'AADSTS70003: The app requested an unsupported grant type.',
        );
      if (form.get('client_id') !== app.clientId)
        return refuse(
          400,
          'unauthorized_client',
          'AADSTS700016: Application was not found in the directory.',
        );
      if (form.get('scope') !== `${base}/.default`)
        return refuse(400, 'invalid_scope', 'AADSTS70011: The provided value for scope is not valid.');
      const assertion = form.get('client_assertion');
      const url = `${base}/${app.tenant}/oauth2/v2.0/token`;
      const isProven =
        assertion === null
          ? form.get('client_secret') === app.clientSecret
          : form.get('client_assertion_type') === TYPE && (await proves(app, assertion, url, now, used));
      if (!isProven)
        return refuse(401, 'invalid_client', 'AADSTS7000215: Invalid client credentials provided.');
      const access_token = `eyJ.${randomBytes(24).toString('base64url')}`;
      sessions.set(`Bearer ${access_token}`, now + lifeMs);
      return json(200, { token_type: 'Bearer', expires_in: Math.floor(lifeMs / 1000), access_token });
    },
    isIn: (authorization, now) => (sessions.get(authorization ?? '') ?? 0) > now,
    end: (authorization) => void sessions.delete(authorization ?? ''),
  };
}
