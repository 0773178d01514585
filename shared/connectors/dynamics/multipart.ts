import { randomUUID } from 'node:crypto';
import type { Json } from '../../core/ports.js';
import { parseJson, type Reply } from '../wire/transport.js';

/** One request within a batch. */
export interface PartRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the root of the server, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, Json>>;
}

/** A body and the header that declares it. */
export interface Multipart {
  readonly contentType: string;
  readonly body: string;
}

/** Parts have no place to say what their characters are encoded in, so only ASCII travels. */
const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

function partLines({ method, path, headers = {}, body }: PartRequest): readonly string[] {
  const type = body === undefined ? [] : ['Content-Type: application/json'];
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const json = body === undefined ? '' : ascii(JSON.stringify(body));
  return [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `${method} ${path} HTTP/1.1`,
    ...type,
    ...own,
    '',
    json,
  ];
}

/**
 * A batch outside any change set, so that each part succeeds or fails alone. Every line ends with CRLF: servers refuse
 * bare line feeds (learn.microsoft.com, "Execute batch operations using the Web API").
 */
export function compose(parts: readonly PartRequest[]): Multipart {
  const boundary = `batch_${randomUUID()}`;
  const lines = parts.flatMap((part) => [`--${boundary}`, ...partLines(part)]);
  return {
    contentType: `multipart/mixed; boundary=${boundary}`,
    body: [...lines, `--${boundary}--`, ''].join('\r\n'),
  };
}

/** The answers of a batch, in order; an answer that cannot be read is `undefined`. */
export interface Parts {
  readonly answers: readonly (Reply | undefined)[];
  /** Whether the end of the batch was seen; if not, more may have been said. */
  readonly closed: boolean;
}

const BOUNDARY = /^multipart\/mixed\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i;
const STATUS = /^HTTP\/1\.[01] (\d{3})(?: |$)/;
const HTTP_PART = /^content-type:\s*application\/http\b/i;

/** Lines up to the next empty one, and what follows it. */
function upToBlank(lines: readonly string[]): { head: readonly string[]; rest: readonly string[] } {
  const at = lines.indexOf('');
  return at < 0 ? { head: lines, rest: [] } : { head: lines.slice(0, at), rest: lines.slice(at + 1) };
}

function headersOf(lines: readonly string[]): Headers | undefined {
  const headers = new Headers();
  try {
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
  } catch {
    return undefined;
  }
  return headers;
}

function partOf(lines: readonly string[]): Reply | undefined {
  const mime = upToBlank(lines);
  if (!mime.head.some((line) => HTTP_PART.test(line))) return undefined;
  const { head, rest } = upToBlank(mime.rest);
  const status = Number(STATUS.exec(head[0] ?? '')?.[1]);
  const headers = headersOf(head.slice(1));
  if (!(status >= 100) || headers === undefined) return undefined;
  const text = rest.join('\n').trim();
  return { kind: 'reply', status, headers, text, json: parseJson(headers, text) };
}

/** Reads the parts of an answer; nothing when it is no batch. What follows the last delimiter is not a whole part. */
export function readParts({ headers, text }: Reply): Parts | undefined {
  const [, quoted, plain] = BOUNDARY.exec(headers.get('content-type') ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const delimiter = `--${boundary}`;
  const parts: string[][] = [];
  for (const line of text.split(/\r?\n/)) {
    const end = line.trimEnd();
    if (end === `${delimiter}--`) return { answers: parts.map(partOf), closed: true };
    if (end === delimiter) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return { answers: parts.slice(0, -1).map(partOf), closed: false };
}
