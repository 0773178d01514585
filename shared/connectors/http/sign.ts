import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';

/** `whsec_` and 24 to 64 bytes in base64 (standardwebhooks.com, "Signature scheme"). */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;

/** The key a text holds; nothing when it is not a secret of Standard Webhooks. */
export function signingKey(secret: string): Buffer | undefined {
  const bytes = Buffer.from(SECRET.exec(secret)?.[1] ?? '', 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

/**
 * The headers of Standard Webhooks for exactly these bytes: one signature by each key, so that a receiver which knows the
 * old or the new one accepts them while a secret is changed. `now` is epoch milliseconds.
 */
export function signature(
  keys: readonly Buffer[],
  id: string,
  now: number,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
