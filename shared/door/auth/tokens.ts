import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../core/ports.js';
import type { SigningKeys } from './keys.js';

/** What our own tokens say of who made them and whom they are for. */
const ISSUER = 'tributary';
const KINDS = {
  access: { typ: 'at+jwt', audience: 'tributary:door' },
  refresh: { typ: 'refresh+jwt', audience: 'tributary:token' },
} as const;

/** The only scope there is: to use the door. */
export const SCOPE = 'tributary';

/** Whom a token is about: the client, and of the password grant the user. */
export interface Bearer {
  readonly client: string;
  readonly user: string | undefined;
  /** Of a refresh token: something of the password it goes back to. */
  readonly password?: string | undefined;
}

/** A token that was read. */
export interface ReadBearer extends Bearer {
  /** When it ends, seconds since 1970. */
  readonly until: number;
}

/** How tokens are made. */
export interface TokenDeps {
  readonly keys: () => Promise<SigningKeys>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
}

/** Makes a signed token that counts for some seconds. */
export async function signToken(
  kind: keyof typeof KINDS,
  { client, user, password }: Bearer,
  seconds: number,
  { keys, clock, newId }: TokenDeps,
): Promise<string> {
  const { kid, alg, key } = await keys();
  const { typ, audience } = KINDS[kind];
  const now = Math.floor(clock.now() / 1000);
  return new SignJWT({ scope: SCOPE, client_id: client, ...(password !== undefined && { pwd: password }) })
    .setProtectedHeader({ alg, kid, typ })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject(user ?? client)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .setJti(newId())
    .sign(key);
}

/** Why a token does not count, in a word for the log; undefined for an error that is no judgement of the token. */
export const reasonOf = (error: unknown): string | undefined =>
  error instanceof errors.JOSEError ? error.code : undefined;

/** Tells how much later than now a token may say that it begins to count: clocks differ. */
const AHEAD_SECONDS = 60;

/** True for a token that does not count yet. Tolerance of jose is for both ends; ours for the late one is long. */
export const isEarly = ({ nbf }: JWTPayload, clock: Pick<Clock, 'now'>): boolean =>
  nbf !== undefined && nbf * 1000 > clock.now() + AHEAD_SECONDS * 1000;

/** Reads one of our own tokens. Throws jose's errors for what does not count. */
export async function readToken(
  kind: keyof typeof KINDS,
  token: string,
  graceSeconds: number,
  { keys, clock }: Omit<TokenDeps, 'newId'>,
): Promise<ReadBearer> {
  const { find, algorithms } = await keys();
  const { typ, audience } = KINDS[kind];
  const { payload } = await jwtVerify(token, find, {
    typ,
    audience,
    issuer: ISSUER,
    algorithms: [...algorithms],
    clockTolerance: graceSeconds,
    currentDate: new Date(clock.now()),
    requiredClaims: ['exp', 'sub', 'client_id'],
  });
  const { sub = '', client_id: id, pwd, exp = 0 } = payload;
  const client = typeof id === 'string' ? id : '';
  const password = typeof pwd === 'string' ? pwd : undefined;
  return { client, user: sub === client ? undefined : sub, password, until: exp };
}
