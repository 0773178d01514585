import { importPKCS8, SignJWT } from 'jose';
import * as z from 'zod';
import { jwtBearer } from '../../connectors/auth/grants.js';
import { readSecret } from '../../connectors/auth/secret.js';
import { type Tokens, tokenCache } from '../../connectors/auth/tokens.js';
import { dial } from '../../connectors/wire/dial.js';
import { refusedUrl } from '../../connectors/wire/endpoint.js';
import { classify } from '../../connectors/wire/failure.js';
import { retryAfterMs } from '../../connectors/wire/retry-after.js';
import { bad, type Fault, ok, type Result } from '../../core/fault.js';
import type { GcsAuth } from './auth.js';
import type { PlaceDeps } from './deps.js';
import type { Trouble } from './origin.js';

/** https://cloud.google.com/storage/docs/oauth-scopes */
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
const LIFE_SECONDS = 3600;
const TOKEN_MS = 10_000;

/** https://cloud.google.com/iam/docs/keys-create-delete#creating */
const ServiceAccount = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(3),
  private_key: z.string().startsWith('-----BEGIN PRIVATE KEY-----'),
  private_key_id: z.string().optional(),
  token_uri: z
    .string()
    .refine((url) => refusedUrl(url) === undefined)
    .default('https://oauth2.googleapis.com/token'),
});
type ServiceAccount = z.infer<typeof ServiceAccount>;

/** The key of a service account, from the text of its file; the text itself is never repeated. */
export function serviceAccountIn(text: string, named: string): Result<ServiceAccount> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad('config.invalid', `${named} is no JSON: give the key file of a service account as it is`);
  }
  const parsed = ServiceAccount.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const where = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  return bad('config.invalid', `${named} is no key file of a service account (${where})`);
}

/** An answer other than success, or that there is no token to ask with. */
export class GcsError extends Error {
  override readonly name = 'GcsError';
  readonly status: number;
  readonly retryAfter: string | null;
  readonly denied: Fault | undefined;

  constructor(status: number, retryAfter: string | null, denied?: Fault) {
    super(denied?.message ?? `status ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
    this.denied = denied;
  }
}

/** The assertion that is given for a token: https://developers.google.com/identity/protocols/oauth2/service-account */
async function assertion(account: ServiceAccount, now: number): Promise<string> {
  const { client_email: email, private_key: key, private_key_id: kid, token_uri: audience } = account;
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(email)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + LIFE_SECONDS)
    .sign(await importPKCS8(key, 'RS256'));
}

/** What asks Google: a request with the token in use; throws {@link GcsError} for an answer that is no success. */
export interface GcsSession {
  ask(url: string, init: RequestInit & { signal: AbortSignal }): Promise<Response>;
}

/** Signs in as the service account that `auth` names; the key is read when a token is needed, so a new one is found. */
export function gcsSession(
  what: string,
  { serviceAccount }: GcsAuth,
  { secrets, clock }: Pick<PlaceDeps, 'secrets' | 'clock'>,
): GcsSession {
  const wire = dial({ allowPrivate: false, raw: true });
  let tokens: Tokens | undefined;
  const account = async (): Promise<Result<ServiceAccount>> => {
    const text = await readSecret(secrets, serviceAccount);
    return text.ok ? serviceAccountIn(text.value, serviceAccount) : text;
  };
  const tokensNow = async (): Promise<Tokens> => {
    if (tokens !== undefined) return tokens;
    const first = await account();
    if (!first.ok) throw first.fault;
    tokens ??= tokenCache({
      connection: what,
      tokenUrl: first.value.token_uri,
      async ask() {
        const now = await account();
        return now.ok ? ok(jwtBearer(await assertion(now.value, clock.now()))) : now;
      },
      advice: `Is the key in ${serviceAccount} still one of its service account?`,
      fetch: dial({ allowPrivate: false }),
      clock,
      timeoutMs: TOKEN_MS,
    });
    return tokens;
  };
  return {
    async ask(url, init) {
      const cache = await tokensNow();
      for (let round = 1; ; round++) {
        const token = await cache.get(init.signal);
        if ('kind' in token) {
          const { outcome } = token;
          throw new GcsError(0, null, 'fault' in outcome ? outcome.fault : undefined);
        }
        const headers = { ...init.headers, authorization: `Bearer ${token.accessToken}` };
        const answer = await wire(url, { ...init, headers });
        if (answer.ok) return answer;
        await answer.body?.cancel();
        if (answer.status === 401) cache.drop(token);
        if (answer.status !== 401 || round === 2)
          throw new GcsError(answer.status, answer.headers.get('retry-after'));
      }
    },
  };
}

const ADVICE = new Map([
  [401, 'is its key still one of the service account?'],
  [
    403,
    'give the service account storage.objects.list, get, create and delete on the bucket (docs/files-places.md)',
  ],
  [404, 'create the bucket, or correct its name in "from"'],
]);

/** What an error of a session means; nothing for one that is a bug of ours. */
export function diagnoseGcs(error: unknown, what: string, now: number): Trouble | undefined {
  if (!(error instanceof GcsError)) {
    const failure = classify(error);
    return (
      failure && {
        text: `${what} cannot be reached (${failure.code})`,
        passing: failure.code !== 'PRIVATE_ADDRESS',
      }
    );
  }
  const { status, denied, retryAfter } = error;
  if (denied !== undefined) return { text: denied.message, passing: denied.code !== 'remote.unauthorized' };
  const text = `${what} did not answer as it should (${status})`;
  const afterMs = retryAfterMs(retryAfter, now);
  if (status === 408 || status === 429 || status >= 500)
    return { text, passing: true, ...(afterMs !== undefined && { afterMs }) };
  return { text: `${text}: ${ADVICE.get(status) ?? 'check "from" and "auth"'}`, passing: false };
}
