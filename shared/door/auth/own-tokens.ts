import type { Clock, Secrets } from '../../core/ports.js';
import { bearerOf } from './authorization.js';
import { type Registered, readClients } from './clients.js';
import { fresh } from './fresh.js';
import { readKeys, type SigningKeys } from './keys.js';
import { readToken, reasonOf } from './tokens.js';
import type { Check } from './verdict.js';

/** Keys and clients of our own OAuth2, for those who give tokens and those who check them. */
export interface OwnOAuth {
  readonly keys: () => Promise<SigningKeys>;
  readonly registered: () => Promise<Registered>;
}

/** Reads both secrets, and again every five minutes. */
export async function openOwnOAuth(secrets: Secrets, clock: Pick<Clock, 'now'>): Promise<OwnOAuth> {
  const keys = fresh(() => readKeys(secrets), clock);
  const registered = fresh(() => readClients(secrets), clock);
  await Promise.all([keys(), registered()]);
  return { keys, registered };
}

/** Tokens of our own endpoint. One whose client or user was removed counts no more. */
export const ownTokenCheck = (
  { keys, registered }: OwnOAuth,
  { clock, graceSeconds }: { readonly clock: Pick<Clock, 'now'>; readonly graceSeconds: number },
): Check => ({
  name: 'oauth',
  challenge: 'Bearer realm="tributary"',
  async check(request) {
    const token = bearerOf(request);
    if (token === undefined) return { kind: 'absent' };
    try {
      const { client, user } = await readToken('access', token, graceSeconds, { keys, clock });
      const { clients, users } = await registered();
      const isKnown = clients.has(client) && (user === undefined || users.has(user));
      return isKnown
        ? { kind: 'admitted', caller: `oauth:${client}` }
        : { kind: 'refused', why: 'client removed' };
    } catch (error) {
      const why = reasonOf(error);
      if (why === undefined) throw error;
      return { kind: 'refused', why };
    }
  },
});
