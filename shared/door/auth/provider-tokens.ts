import { createHash } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { Clock } from '../../core/ports.js';
import { bearerOf } from './authorization.js';
import { isEarly, reasonOf } from './tokens.js';
import type { Check, Verdict } from './verdict.js';

/** The customer's identity provider, and what its tokens must say. */
export interface Provider {
  readonly issuer: string;
  readonly audience: string;
  /** Where its public keys are. */
  readonly jwks: URL;
  readonly algorithms: readonly string[];
  /** A scope, or an application role, that must be in the token. */
  readonly scope: string | undefined;
}

interface ProviderDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly fetch: typeof fetch;
  readonly graceSeconds: number;
}

/** An answer to Adobe is due in two seconds; fetching keys must leave some of them. */
const FETCH_MS = 1_000;
const FRESH_MS = 10 * 60_000;

/** Errors that say something of the key set or the way to it, and nothing of the token. */
const isOfKeys = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError ? error.code === 'ERR_JOSE_GENERIC' : error instanceof TypeError);

/** Nobody can say now whether the provider has such a key: it may be new, and keys are not fetched more often than so. */
class KeysUnknown extends Error {
  override readonly name = 'KeysUnknown';
}

const isStranger = (error: unknown): boolean => error instanceof errors.JWKSNoMatchingKey;

/**
 * The provider's keys. While they cannot be fetched again, those fetched before go on counting; a key that is not among
 * them may be a new one, and is no reason to refuse what Adobe would not send again.
 */
function keysOf({ jwks }: Provider, { fetch }: ProviderDeps): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(jwks, {
    [customFetch]: fetch,
    timeoutDuration: FETCH_MS,
    cacheMaxAge: FRESH_MS,
  });
  return async (header, token) => {
    const cooling = remote.coolingDown;
    try {
      return await remote(header, token);
    } catch (error) {
      if (isStranger(error) && cooling) throw new KeysUnknown();
      const before = isOfKeys(error) ? remote.jwks() : undefined;
      if (!before) throw error;
      return createLocalJWKSet(before)(header, token).catch((stranger: unknown) => {
        throw isStranger(stranger) ? error : stranger;
      });
    }
  };
}

/** `scope` is a list with spaces; Entra ID writes `scp`, and `roles` where an application asks for itself. */
function scopesOf({ scope, scp, roles }: JWTPayload): readonly string[] {
  return [scope, scp, roles].flatMap((said) => {
    if (typeof said === 'string') return said.split(' ');
    return Array.isArray(said) ? said.filter((one) => typeof one === 'string') : [];
  });
}

/** Names the application; a subject may be a person, so of that only a hash is told. */
function callerOf({ azp, client_id: client, sub }: JWTPayload): string {
  const application = azp ?? client;
  if (typeof application === 'string') return application;
  return sub === undefined ? 'unknown' : createHash('sha256').update(sub).digest('hex').slice(0, 12);
}

function judge(payload: JWTPayload, { scope }: Provider, { clock }: ProviderDeps): Verdict {
  if (isEarly(payload, clock)) return { kind: 'refused', why: 'not yet' };
  if (scope !== undefined && !scopesOf(payload).includes(scope))
    return { kind: 'refused', why: 'scope', scope: true };
  return { kind: 'admitted', caller: `provider:${callerOf(payload)}` };
}

/** Tokens of the customer's identity provider, checked by its published keys. */
export function providerCheck(provider: Provider, deps: ProviderDeps): Check {
  const keys = keysOf(provider, deps);
  return {
    name: 'provider',
    challenge: 'Bearer realm="tributary"',
    async check(request) {
      const token = bearerOf(request);
      if (token === undefined) return { kind: 'absent' };
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: provider.issuer,
          audience: provider.audience,
          algorithms: [...provider.algorithms],
          clockTolerance: deps.graceSeconds,
          currentDate: new Date(deps.clock.now()),
          requiredClaims: ['exp'],
        });
        return judge(payload, provider, deps);
      } catch (error) {
        if (error instanceof KeysUnknown || isOfKeys(error))
          return { kind: 'unavailable', why: 'keys of the identity provider' };
        const why = reasonOf(error);
        if (why === undefined) throw error;
        return { kind: 'refused', why };
      }
    },
  };
}
