import { createHmac, randomBytes } from 'node:crypto';
import type { Answer } from '../vendor-answer.js';
import { json } from './answer.js';
import { refusedAssertion, type Signer } from './assertion.js';

/** Who may log in, and who is logged in. */
export interface Sessions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Answers a request to the token endpoint. */
  login(contentType: string, body: string, base: string, at: number): Answer;
  /** The session a request belongs to, or nothing. */
  find(authorization: string | undefined): string | undefined;
  end(session: string): void;
}

const refuse = (status: number, error: string, error_description: string): Answer =>
  json(status, { error, error_description });

/** The flows of one external client app; sessions last until ended. Without a signer there is no JWT bearer flow. */
export function createSessions(signer?: Signer): Sessions {
  const clientId = `3MVG9${randomBytes(20).toString('hex')}`;
  const clientSecret = randomBytes(32).toString('hex').toUpperCase();
  const sessions = new Set<string>();
  const grant = (base: string, at: number): Answer => {
    const access_token = `00D000000000001!${randomBytes(24).toString('base64url')}`;
    sessions.add(access_token);
    const id = `${base}/id/00D000000000001EAA/005000000000001AAA`;
    const issued_at = String(at);
    const signature = createHmac('sha256', clientSecret)
      .update(id + issued_at)
      .digest('base64');
    const scope = 'api';
    return json(200, {
      access_token,
      signature,
      scope,
      instance_url: base,
      id,
      token_type: 'Bearer',
      issued_at,
    });
  };
  return {
    clientId,
    clientSecret,
    login(contentType, body, base, at) {
      if (!/^application\/x-www-form-urlencoded\b/i.test(contentType))
        return refuse(400, 'unsupported_grant_type', 'grant type not supported');
      const form = new URLSearchParams(body);
      if (form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
        const wrong = refusedAssertion(signer, form.get('assertion') ?? '', clientId, at);
        return wrong === undefined ? grant(base, at) : refuse(400, 'invalid_grant', wrong);
      }
      if (form.get('grant_type') !== 'client_credentials')
        return refuse(400, 'unsupported_grant_type', 'grant type not supported');
      if (form.get('client_id') !== clientId)
        return refuse(400, 'invalid_client_id', 'client identifier invalid');
      if (form.get('client_secret') !== clientSecret)
        return refuse(401, 'invalid_client', 'invalid client credentials');
      return grant(base, at);
    },
    find(authorization) {
      const token = /^(?:Bearer|OAuth) (\S+)$/.exec(authorization ?? '')?.[1];
      return token !== undefined && sessions.has(token) ? token : undefined;
    },
    end: (session) => void sessions.delete(session),
  };
}
