import type { DoorRequest } from '../request.js';

/** An id with its secret, as Basic carries them. */
export interface Credentials {
  readonly id: string;
  readonly secret: string;
}

const SCHEME = /^\s*(?<scheme>[A-Za-z]+)\s+(?<value>\S+)\s*$/;

/** What follows the scheme in `Authorization`, if it is that scheme. */
function schemeValue({ headers }: DoorRequest, scheme: string): string | undefined {
  const found = SCHEME.exec(headers['authorization'] ?? '')?.groups;
  return found?.['scheme']?.toLowerCase() === scheme ? found['value'] : undefined;
}

/** The bearer token of a request. */
export const bearerOf = (request: DoorRequest): string | undefined => schemeValue(request, 'bearer');

/** Id and secret of a request with Basic authentication, as they stand there. */
export function basicOf(request: DoorRequest): Credentials | undefined {
  const value = schemeValue(request, 'basic');
  if (value === undefined) return undefined;
  const text = Buffer.from(value, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/** RFC 6749 (2.3.1) has clients escape id and secret like a form's values; not all do, so both readings count. */
export const readingsOf = (credentials: Credentials): readonly Credentials[] => [
  credentials,
  { id: unescaped(credentials.id), secret: unescaped(credentials.secret) },
];
