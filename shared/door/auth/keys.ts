import { createLocalJWKSet, importJWK, type JWK, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';
import { ALGORITHMS } from './algorithms.js';

/** The secret with the keys that sign our own tokens: a JWK set, the signing key first. */
export const KEYS_SECRET = 'door-keys';

const Key = z.looseObject({
  kty: z.enum(['EC', 'OKP', 'RSA']),
  kid: z.string().min(1),
  alg: z.enum(ALGORITHMS),
});
const KeySet = z.object({ keys: z.array(Key).min(1) });

/** Keys that are ready for use. */
export interface SigningKeys {
  readonly kid: string;
  readonly alg: string;
  readonly key: Awaited<ReturnType<typeof importJWK>>;
  /** Finds the public key for a token by its `kid`. */
  readonly find: JWTVerifyGetKey;
  readonly algorithms: readonly string[];
}

const PUBLIC = new Set(['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg']);

type Key = z.infer<typeof Key>;

const publicPart = (key: Key): JWK => {
  const entries = Object.entries(key).filter(([name]) => PUBLIC.has(name));
  return { kty: key.kty, ...Object.fromEntries(entries) };
};

const wrong = (what: string): Fault =>
  new Fault(
    'config.invalid',
    `the secret ${KEYS_SECRET} ${what}; it must be a JWK set whose keys have kid and alg (docs/http-door.md makes one)`,
  );

/**
 * Reads the keys: the first signs, all of them verify. To rotate, put a new key first and leave the old one until the last
 * token it signed has expired. Faults never quote the secret.
 */
export async function readKeys(secrets: Secrets): Promise<SigningKeys> {
  const text = await secrets.get(KEYS_SECRET);
  let parsed: z.infer<typeof KeySet> | undefined;
  try {
    parsed = KeySet.safeParse(JSON.parse(text)).data;
  } catch {
    throw wrong('is not JSON');
  }
  const [first] = parsed?.keys ?? [];
  if (!parsed || !first) throw wrong('is no JWK set');
  if (new Set(parsed.keys.map(({ kid }) => kid)).size < parsed.keys.length)
    throw wrong('has two keys of one kid');
  if (typeof first['d'] !== 'string')
    throw wrong('begins with a key that cannot sign (it has no private part)');
  try {
    const key = await importJWK(first, first.alg);
    const find = createLocalJWKSet({ keys: parsed.keys.map(publicPart) });
    for (const one of parsed.keys) await importJWK(publicPart(one), one.alg);
    return {
      kid: first.kid,
      alg: first.alg,
      key,
      find,
      algorithms: [...new Set(parsed.keys.map(({ alg }) => alg))],
    };
  } catch {
    throw wrong('holds a key that cannot be used with its alg');
  }
}
