import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';
import { isSecretRef, readSecret } from '../auth/secret.js';
import type { HttpAuth } from './auth.js';

/** They frame or route the request; setting them by hand allows request smuggling and reaching other hosts. */
const FORBIDDEN =
  /^(?:host|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i;

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const LINE = /^[\x20-\x7e]*$/;
const HeaderValue = z.string().regex(LINE, 'must be printable ASCII in one line');

/** True for headers that no connection may set. */
export const isForbiddenHeader = (name: string): boolean => FORBIDDEN.test(name);

/** Fixed headers of a connection. A value of the form `secret:NAME` is read from the secrets. */
export const HttpHeaders = z.record(z.string(), HeaderValue).superRefine((headers, context) => {
  for (const name of Object.keys(headers)) {
    if (!HEADER_NAME.test(name))
      context.addIssue({ code: 'custom', path: [name], message: `"${name}" is not a header name` });
    if (isForbiddenHeader(name))
      context.addIssue({ code: 'custom', path: [name], message: `${name} must not be set by a connection` });
  }
});

/** The part of a connection's settings that becomes headers. */
export interface HeaderSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: 'none' | HttpAuth;
}

/** Headers ready to send, and the secrets in them, so that they can be removed from what a server echoes. */
export interface ReadyHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

const unfit = (connection: string, ref: string): string =>
  `Connection "${connection}": the text of "${ref}" is empty or holds line breaks or characters outside ASCII, so it cannot be sent in a header. Store it again without them (a final line break is the usual cause).`;

/** One header whose value takes a secret. */
interface Needed {
  readonly name: string;
  readonly ref: string;
  /** The header's value for a secret, and the texts that must never be seen again. */
  readonly make: (secret: string) => { readonly value: string; readonly hidden: readonly string[] };
}

const plain = (name: string, ref: string, prefix = ''): Needed => ({
  name: name.toLowerCase(),
  ref,
  make: (secret) => ({ value: `${prefix}${secret}`, hidden: [secret] }),
});

/** RFC 7617: UTF-8, then base64, without percent-encoding (that is OAuth's way, RFC 6749 section 2.3.1). */
const basic = (user: string, ref: string): Needed => ({
  name: 'authorization',
  ref,
  make: (password) => {
    const pair = `${user}:${password}`;
    return { value: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`, hidden: [pair, password] };
  },
});

function needed({ headers, auth }: HeaderSettings): readonly Needed[] {
  const fixed = Object.entries(headers)
    .filter(([, value]) => isSecretRef(value))
    .map(([name, ref]) => plain(name, ref));
  if (auth === 'none') return fixed;
  if (auth.basic !== undefined) return [...fixed, basic(auth.basic.user, auth.basic.password)];
  if (auth.apiKey !== undefined) return [...fixed, plain(auth.apiKey.header, auth.apiKey.key)];
  if (auth.bearer === undefined) return fixed;
  return [...fixed, plain('authorization', auth.bearer.token, `${auth.bearer.scheme} `)];
}

/** Reads the secrets of a connection and makes its headers. */
export async function readyHeaders(
  connection: string,
  settings: HeaderSettings,
  secrets: Secrets,
): Promise<Result<ReadyHeaders>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [name, value] of Object.entries(settings.headers)) headers[name.toLowerCase()] = value;
  const hidden: string[] = [];
  for (const { name, ref, make } of needed(settings)) {
    const secret = await readSecret(secrets, ref);
    if (!secret.ok) return secret;
    const made = make(secret.value);
    if (secret.value === '' || !LINE.test(made.value)) return bad('config.invalid', unfit(connection, ref));
    headers[name] = made.value;
    hidden.push(...made.hidden);
  }
  return ok({ headers, secrets: hidden });
}
