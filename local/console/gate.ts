import { createHash, timingSafeEqual } from 'node:crypto';

/** What of a request decides whether it is let in. Names of headers in small letters. */
export interface Caller {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Why a request is turned away. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are the same, in a time that says nothing of where they differ. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' || value === undefined ? value : value.join(', ');

/**
 * Turns away whoever is not the page itself, or a program of the same user that was given the token. A page of another site
 * can make this browser send requests here, under a name that it made lead here (DNS rebinding) too: so Host must be ours,
 * and Origin where there is one. The page's own files hold nothing of the run and need no token; all else does.
 */
export function refusalOf(
  { method, path, headers }: Caller,
  ours: { readonly port: number; readonly token: string },
): Refusal | undefined {
  const hosts = [`127.0.0.1:${ours.port}`, `localhost:${ours.port}`];
  const host = textOf(headers['host'])?.toLowerCase() ?? '';
  if (!hosts.includes(host))
    return { status: 421, error: 'this server answers to 127.0.0.1 and localhost only' };
  const origin = textOf(headers['origin'])?.toLowerCase();
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, error: 'pages of other sites may not ask' };
  // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
  const site = textOf(headers['sec-fetch-site']) ?? 'none';
  const isOwn = site === 'same-origin' || (site === 'none' && method === 'GET') || !headers['sec-fetch-site'];
  if (!isOwn && path.startsWith('/api/')) return { status: 403, error: 'pages of other sites may not ask' };
  if (method !== 'GET' && method !== 'POST') return { status: 405, error: 'use GET or POST' };
  if (!path.startsWith('/api/')) return method === 'GET' ? undefined : { status: 405, error: 'use GET' };
  const [, token = ''] = /^Bearer (.+)$/.exec(textOf(headers['authorization']) ?? '') ?? [];
  if (!isSame(token, ours.token))
    return { status: 401, error: 'open the address that was printed at the start: it carries the token' };
  if (method === 'POST' && !/^application\/json\s*(?:;|$)/i.test(textOf(headers['content-type']) ?? ''))
    return { status: 415, error: 'send application/json' };
  return undefined;
}

/**
 * Headers of every answer: nothing is loaded from elsewhere, nothing runs that is not a file of ours, nobody frames the
 * page, nothing is kept. https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
 */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
