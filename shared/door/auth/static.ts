import { Fault } from '../../core/fault.js';
import type { Clock, Secrets } from '../../core/ports.js';
import { type Attempts, attemptBy } from './attempts.js';
import { basicOf, bearerOf } from './authorization.js';
import { fresh } from './fresh.js';
import { isOneOf } from './same-text.js';
import type { Check } from './verdict.js';

/** Names of the secrets: one `user:password`, or one token, a line. */
export const BASIC_SECRET = 'door-basic';
export const BEARER_SECRET = 'door-bearer';

/** A token that could be guessed is none. */
const LEAST_TOKEN = 20;
const LEAST_PASSWORD = 12;

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const invalid = (secret: string, text: string): Fault =>
  new Fault('config.invalid', `the secret ${secret} ${text}`);

async function readUsers(secrets: Secrets): Promise<ReadonlyMap<string, readonly string[]>> {
  const users = new Map<string, string[]>();
  for (const line of linesOf(await secrets.get(BASIC_SECRET))) {
    const colon = line.indexOf(':');
    const password = line.slice(colon + 1);
    if (colon < 1 || password.length < LEAST_PASSWORD) {
      const text = `must hold user:password, one a line, with passwords of at least ${LEAST_PASSWORD} characters`;
      throw invalid(BASIC_SECRET, text);
    }
    const user = line.slice(0, colon);
    users.set(user, [...(users.get(user) ?? []), password]);
  }
  if (users.size === 0) throw invalid(BASIC_SECRET, 'holds no line user:password');
  return users;
}

async function readTokens(secrets: Secrets): Promise<readonly string[]> {
  const tokens = linesOf(await secrets.get(BEARER_SECRET));
  if (tokens.length > 0 && tokens.every((token) => token.length >= LEAST_TOKEN && !/\s/.test(token)))
    return tokens;
  const text = `must hold a token of at least ${LEAST_TOKEN} characters without white space, or two while they are being changed, one a line`;
  throw invalid(BEARER_SECRET, text);
}

/** What a check of secrets takes from outside. */
export interface CheckDeps {
  readonly secrets: Secrets;
  readonly clock: Pick<Clock, 'now'>;
  readonly attempts: Attempts;
}

/** HTTP Basic (RFC 7617) against the secret `door-basic`; a user may have two passwords while one is being changed. */
export async function basicCheck({ secrets, clock, attempts }: CheckDeps): Promise<Check> {
  const users = fresh(() => readUsers(secrets), clock);
  await users();
  return {
    name: 'basic',
    challenge: 'Basic realm="tributary", charset="UTF-8"',
    async check(request) {
      const given = basicOf(request);
      if (!given) return { kind: 'absent' };
      const passwords = (await users()).get(given.id);
      const attempt = attemptBy(attempts, passwords && given.id, request);
      if (attempt.wait !== undefined) return { kind: 'blocked', afterSeconds: attempt.wait };
      if (isOneOf(given.secret, passwords ?? ['']) && passwords)
        return { kind: 'admitted', caller: `basic:${given.id}` };
      const afterSeconds = attempt.failed(given);
      if (afterSeconds !== undefined) return { kind: 'blocked', afterSeconds };
      return { kind: 'refused', why: 'user or password' };
    },
  };
}

/** A bearer token that somebody typed into AEP, against the secret `door-bearer`; two are valid while one is changed. */
export async function bearerCheck({ secrets, clock }: Omit<CheckDeps, 'attempts'>): Promise<Check> {
  const tokens = fresh(() => readTokens(secrets), clock);
  await tokens();
  return {
    name: 'bearer',
    challenge: 'Bearer realm="tributary"',
    async check(request) {
      const given = bearerOf(request);
      if (given === undefined) return { kind: 'absent' };
      if (isOneOf(given, await tokens())) return { kind: 'admitted', caller: 'bearer' };
      return { kind: 'refused', why: 'token' };
    },
  };
}
