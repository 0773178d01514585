import { createHmac } from 'node:crypto';
import { Fault } from '../../core/fault.js';
import { readSecret } from '../auth/secret.js';
import type { Token, Tokens } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { retry } from '../wire/outcome.js';

/** How long a signature is good for, and how long before its end it is replaced, milliseconds. */
const LIFE_MS = 3_600_000;
const SPARE_MS = 300_000;
/** What can travel in a header; fetch would quote anything else in its error. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/** What a signature is about. */
export interface Signed {
  /** The address that it opens, e.g. `https://acme.servicebus.windows.net/decisions`. */
  readonly resource: string;
  /** Name of the policy. */
  readonly policy: string;
  readonly key: string;
  /** Until when it is good, epoch seconds. */
  readonly until: number;
}

/**
 * The value of an Authorization header for Service Bus. The key signs as text; it is not decoded
 * (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas).
 */
export function sharedAccessSignature({ resource, policy, key, until }: Signed): string {
  const address = encodeURIComponent(resource.toLowerCase());
  const signature = createHmac('sha256', key).update(`${address}\n${until}`).digest('base64');
  const parts = [`sr=${address}`, `sig=${encodeURIComponent(signature)}`, `se=${until}`];
  return `SharedAccessSignature ${parts.join('&')}&skn=${encodeURIComponent(policy)}`;
}

/** A credential made of one secret. */
interface SecretSource {
  readonly connection: string;
  readonly ref: string;
  readonly deps: ConnectorDeps;
  /** The value of a header for the text of the secret, and until when it is good, epoch milliseconds. */
  make(secret: string, now: number): { readonly value: string; readonly until: number };
}

/** Header values made of a secret, which is read once, and again after a 401, when it may have been rotated. */
export function secretTokens({ connection, ref, deps, make }: SecretSource): Tokens {
  let held: { readonly token: Token; readonly until: number } | undefined;
  return {
    async get() {
      const now = deps.clock.now();
      if (held !== undefined && now < held.until) return held.token;
      const secret = await readSecret(deps.secrets, ref);
      if (!secret.ok) return { kind: 'denied', outcome: retry('connection', secret.fault) };
      const text = secret.value.trim();
      if (!PRINTABLE.test(text)) {
        const message = `Connection "${connection}": the text of "${ref}" must be a key and nothing else, without blanks.`;
        return { kind: 'denied', outcome: retry('connection', new Fault('config.invalid', message)) };
      }
      const { value, until } = make(text, now);
      held = { token: { accessToken: value }, until };
      return held.token;
    },
    drop(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

/** The tokens of a policy for one resource. */
export const policyTokens = (
  source: Omit<SecretSource, 'make'>,
  { resource, policy }: Pick<Signed, 'resource' | 'policy'>,
): Tokens =>
  secretTokens({
    ...source,
    make: (key, now) => ({
      value: sharedAccessSignature({ resource, policy, key, until: Math.floor((now + LIFE_MS) / 1000) }),
      until: now + LIFE_MS - SPARE_MS,
    }),
  });
