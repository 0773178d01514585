import { randomUUID } from 'node:crypto';
import type { Answer } from '../vendor-answer.js';
import { refusal } from './answer.js';
import { type ApiRequest, carryOut, type Environment } from './web-api.js';

const MAX_PARTS = 1000;
const ROOT = /^(?:https?:\/\/[^/]+)?\/api\/data\/v9\.\d\//;
const LINE = /^([A-Z]+) (\S+) HTTP\/1\.1$/;

/** A request by its line, headers and body; nothing when it cannot be understood. */
export function requestOf(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): ApiRequest | undefined {
  if (!ROOT.test(target)) return undefined;
  const [path = '', query = ''] = target.replace(ROOT, '').split('?', 2);
  try {
    const value: unknown = body === '' ? undefined : JSON.parse(body);
    // A plus sign in a query is a plus sign here, not a blank.
    const params = new URLSearchParams(query.replaceAll('+', '%2B'));
    return { method, path: decodeURIComponent(path), query: params, headers, body: value };
  } catch {
    return undefined;
  }
}

const headersOf = (lines: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );

function partOf(text: string): ApiRequest | undefined {
  const [mime = '', head = '', ...rest] = text.split('\r\n\r\n');
  const own = headersOf(mime.split('\r\n').filter((line) => line !== ''));
  if (own['content-type'] !== 'application/http' || own['content-transfer-encoding'] !== 'binary')
    return undefined;
  const [line = '', ...lines] = head.split('\r\n');
  const [, method, target] = LINE.exec(line) ?? [];
  if (method === undefined || target === undefined) return undefined;
  return requestOf(method, target, headersOf(lines), rest.join('\r\n\r\n').trim());
}

function partsOf(contentType: string, body: string): readonly ApiRequest[] | undefined {
  const boundary = /^multipart\/mixed;\s*boundary="?([^\s";]+)"?$/.exec(contentType)?.[1];
  if (boundary === undefined || /[^\r]\n/.test(body)) return undefined;
  const [inner, end] = body.split(`\r\n--${boundary}--`);
  if (end === undefined || inner === undefined) return undefined;
  const [, ...texts] = `\r\n${inner}`.split(`\r\n--${boundary}\r\n`);
  const parts = texts.map(partOf);
  const read = parts.filter((part) => part !== undefined);
  return read.length === parts.length && read.length > 0 ? read : undefined;
}

function textOf({ status, headers, body }: Answer): string {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 ${status} ${status < 300 ? 'OK' : 'Error'}\r\n${head.join('')}\r\n${body}\r\n`;
}

function together(status: number, answers: readonly Answer[], closed = true): Answer {
  const boundary = `batchresponse_${randomUUID()}`;
  const texts = answers.map((answer) => `--${boundary}\r\n${textOf(answer)}`);
  return {
    status,
    headers: { 'Content-Type': `multipart/mixed; boundary=${boundary}`, 'OData-Version': '4.0' },
    body: `${texts.join('')}--${boundary}${closed ? '--' : ''}\r\n`,
  };
}

/** `POST $batch`: parts one after another; without `odata.continue-on-error` it ends at the first error, with just that. */
export function carryOutBatch(
  env: Environment,
  headers: Readonly<Record<string, string>>,
  body: string,
): Answer {
  const parts = partsOf(headers['content-type'] ?? '', body);
  if (parts === undefined) return refusal(400, '0x80048d19', 'The batch cannot be read.');
  if (parts.length > MAX_PARTS)
    return refusal(400, '0x80048d1a', `The batch has ${parts.length} requests; ${MAX_PARTS} are allowed.`);
  const goesOn =
    (headers['prefer'] ?? '').includes('odata.continue-on-error') && !env.misbehaviours.take('stop-at-error');
  const answers: Answer[] = [];
  for (const part of parts) {
    const answer = carryOut(env, part);
    if (answer.status >= 400 && !goesOn) return together(400, [answer]);
    answers.push(answer);
  }
  const dropped = env.misbehaviours.take('drop-parts')?.parts ?? 0;
  return together(200, answers.slice(0, answers.length - dropped), dropped === 0);
}
