import { isIP } from 'node:net';
import { isPrivateAddress } from './address.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** True for addresses of this machine, the only ones that may be spoken to without TLS. */
export const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname);

/**
 * Tells why a URL must not be used for requests that carry credentials, or nothing when it may: https, or http to this
 * machine, and no user name or password in it (they would end up in logs of proxies and of fetch itself).
 */
export function refusedUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'is not a URL';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password; use "auth"';
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return undefined;
  return 'must start with https:// (http:// is allowed for this machine only, e.g. http://127.0.0.1:8080)';
}

/**
 * True when the host of a URL is itself an address that is not public, however it is written (decimal, octal, as IPv6). This
 * machine does not count: who names it means it.
 */
export function isPrivateHost(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || isLoopback(url)) return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && isPrivateAddress(host);
}
