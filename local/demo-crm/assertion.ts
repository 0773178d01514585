import { createVerify } from 'node:crypto';
import * as z from 'zod';

/** The user whom an app may log in by signed assertions, and the key of its certificate. */
export interface Signer {
  readonly username: string;
  /** Public key, PEM. */
  readonly publicKey: string;
}

const Claims = z.object({ iss: z.string(), sub: z.string(), aud: z.string(), exp: z.number() });
const AUDIENCE = 'https://login.salesforce.com';
/** Longest life of an assertion, seconds. */
const LIFE = 180;

function claimsOf(part: string): z.infer<typeof Claims> | undefined {
  try {
    return Claims.safeParse(JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** What is wrong with an assertion of the JWT bearer flow, or nothing. `at` is epoch milliseconds. */
export function refusedAssertion(
  signer: Signer | undefined,
  assertion: string,
  clientId: string,
  at: number,
): string | undefined {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const claims = claimsOf(body);
  if (signer === undefined || claims === undefined) return 'invalid assertion';
  const isRight = createVerify('RSA-SHA256')
    .update(`${head}.${body}`)
    .verify(signer.publicKey, Buffer.from(signature, 'base64url'));
  if (!isRight) return 'invalid assertion';
  if (claims.aud !== AUDIENCE) return 'audience is invalid';
  if (claims.iss !== clientId) return 'invalid client credentials';
  if (claims.sub !== signer.username) return "user hasn't approved this consumer";
  const seconds = at / 1000;
  return claims.exp > seconds && claims.exp <= seconds + LIFE ? undefined : 'expired authorization code';
}
