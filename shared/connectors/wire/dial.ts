import { Buffer } from 'node:buffer';
import { lookup as lookUp } from 'node:dns';
import {
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { isOwnAddress, isPrivateAddress } from './address.js';
import { isLoopback } from './endpoint.js';

/** Texts of PEM files: our certificate, its key, and the authority of the server where it is not a public one. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** Whom we may speak to, and as whom. */
export interface DialOptions {
  readonly allowPrivate: boolean;
  readonly certificate?: ClientCertificate | undefined;
  /** Bodies are given as they are stored, also compressed ones. */
  readonly raw?: boolean;
  /** For tests: answers for names instead of the system's resolver. */
  readonly lookup?: typeof lookUp;
}

/** The code of a refusal to connect to an address that is not public. */
export const PRIVATE_ADDRESS = 'PRIVATE_ADDRESS';

/** As long as fetch keeps an idle connection: one that is older may have been closed by the other side unseen. */
const IDLE_MS = 4000;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const WITHOUT_BODY = new Set([204, 205, 304]);

const refusal = (): Error =>
  Object.assign(new Error('the name stands for an address that is not public'), { code: PRIVATE_ADDRESS });

/** May this address be connected to? A URL that names this machine outright may reach it and nothing else that is private. */
export const mayDial = (address: string, url: URL, { allowPrivate }: DialOptions): boolean =>
  allowPrivate || !isPrivateAddress(address) || (isLoopback(url) && isOwnAddress(address));

/**
 * Resolves a name and lets the connection be made to the very addresses that were looked at, so that a name cannot be
 * public when it is checked and private when it is used.
 */
export const guardedLookup =
  (url: URL, options: DialOptions): LookupFunction =>
  (name, asked, done) => {
    (options.lookup ?? lookUp)(name, { ...asked, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      if (!addresses.every(({ address }) => mayDial(address, url, options))) return done(refusal(), []);
      const [first] = addresses;
      if (asked.all || first === undefined) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };

function bodyOf(message: IncomingMessage, raw: boolean): Readable {
  const encoding = raw ? undefined : message.headers['content-encoding']?.toLowerCase();
  const inflate = encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined;
  // What goes wrong on the way ends the reading of `inflate`, which is where it is noticed.
  return inflate === undefined ? message : pipeline(message, inflate, () => undefined);
}

function responseOf(message: IncomingMessage, raw = false): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const status = message.statusCode ?? 0;
  if (WITHOUT_BODY.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  // Node's own types of web streams and those of fetch are two names of one thing.
  const body = Readable.toWeb(bodyOf(message, raw)) as ReadableStream<Uint8Array>;
  return new Response(body, { status, headers });
}

const failed = (cause: unknown): TypeError => new TypeError('fetch failed', { cause });

/**
 * A `fetch` over node:http that looks at the address it connects to and can show a certificate; both are out of reach of
 * the built-in one. It knows what our transport uses: method, headers, a body of text or bytes, a signal; redirects are errors.
 */
export function dial(options: DialOptions): typeof fetch {
  const kept = { keepAlive: true, timeout: IDLE_MS };
  const agents = {
    'http:': new HttpAgent(kept),
    'https:': new HttpsAgent({ ...kept, ...options.certificate }),
  };
  return (input, init) =>
    new Promise((resolve, reject) => {
      const url = new URL(String(input));
      const name = url.hostname.replace(/^\[|\]$/g, '');
      // The resolver is not asked about what is an address already.
      if (isIP(name) !== 0 && !mayDial(name, url, options)) return reject(failed(refusal()));
      const given = init?.body;
      const body = typeof given === 'string' || given instanceof Uint8Array ? Buffer.from(given) : undefined;
      const settings: RequestOptions = {
        method: init?.method ?? 'GET',
        headers: {
          'user-agent': 'tributary',
          'accept-encoding': 'gzip, deflate',
          ...Object.fromEntries(new Headers(init?.headers)),
          // Without it node:http sends the body of a DELETE as if there were none.
          ...(body && { 'content-length': body.length }),
        },
        lookup: guardedLookup(url, options),
        ...(init?.signal && { signal: init.signal }),
      };
      const secure = url.protocol === 'https:';
      const request = secure
        ? requestHttps(url, { ...settings, agent: agents['https:'] })
        : requestHttp(url, { ...settings, agent: agents['http:'] });
      request.on('error', (error) => reject(failed(error)));
      // Nobody asked for another protocol; without a listener the answer would never come.
      request.on('upgrade', (_, socket) => {
        socket.destroy();
        reject(failed(new Error('bad upgrade')));
      });
      request.on('close', () => reject(failed(new Error('closed without an answer'))));
      request.on('response', (message) => {
        if (REDIRECTS.has(message.statusCode ?? 0)) {
          message.destroy();
          return reject(failed(new Error('unexpected redirect')));
        }
        try {
          resolve(responseOf(message, options.raw));
        } catch (error) {
          message.destroy();
          reject(failed(error));
        }
      });
      request.end(body);
    });
}
