import type { Said } from '../../contracts/connector-subject.js';

/** One answer within a batch, as Dataverse words it. */
export interface PartSaid {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** How a batch answer is put together, where it is not as it should be. */
export interface Framing {
  readonly status?: number;
  readonly closed?: boolean;
  readonly eol?: string;
  readonly quoted?: boolean;
}

const BOUNDARY = 'batchresponse_01346794-f2e2-4d45-8cc2-f97e09fe8916';

/** A part that says that a row was written. */
export const written = (id = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000001'): PartSaid => ({
  status: 204,
  headers: {
    'OData-Version': '4.0',
    Location: `https://acme.crm4.dynamics.com/api/data/v9.2/contacts(${id})`,
    'OData-EntityId': `https://acme.crm4.dynamics.com/api/data/v9.2/contacts(${id})`,
  },
});

/** A part, or a body, that says why not. */
export const problem = (code: string, message = 'a text of Dataverse') => ({ error: { code, message } });

/** A part that refuses. */
export const refusedPart = (status: number, code: string, message?: string): PartSaid => ({
  status,
  headers: { 'Content-Type': 'application/json; odata.metadata=minimal', 'OData-Version': '4.0' },
  body: problem(code, message),
});

/** A part that holds what was asked for. */
export const found = (body: unknown): PartSaid => ({
  status: 200,
  headers: {
    'Content-Type': 'application/json; odata.metadata=minimal; odata.streaming=true',
    'OData-Version': '4.0',
  },
  body,
});

const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 204: 'No Content', 400: 'Bad Request' };

function linesOf({ status, headers = {}, body }: PartSaid): readonly string[] {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [
    `--${BOUNDARY}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}`,
    ...head,
    '',
    body === undefined ? '' : JSON.stringify(body, undefined, 2),
  ];
}

/** The answer to a batch (learn.microsoft.com, "Execute batch operations using the Web API"). */
export function batchSaid(parts: readonly PartSaid[], framing: Framing = {}): Said {
  const { status = 200, closed = true, eol = '\r\n', quoted = false } = framing;
  const lines = [...parts.flatMap(linesOf), ...(closed ? [`--${BOUNDARY}--`, ''] : [])];
  const boundary = quoted ? `"${BOUNDARY}"` : BOUNDARY;
  return {
    status,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}`, 'odata-version': '4.0' },
    body: lines.join(eol),
  };
}

/** The same as a response of `fetch`. */
export const responseOf = ({ status, headers, body }: Said): Response =>
  new Response(status === 204 ? null : body, { status, headers });

/** One request within a batch as it was sent. */
export interface PartAsked {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function partAsked(text: string): PartAsked {
  const [, request = ''] = text.split(/\r\n\r\n/, 2);
  const [line = '', ...head] = request.split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const json = text.split('\r\n\r\n').slice(2).join('\r\n\r\n').trim();
  const headers = Object.fromEntries(
    head.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    }),
  );
  return {
    method,
    path: decodeURIComponent(path),
    headers,
    body: json === '' ? undefined : JSON.parse(json),
  };
}

/** The parts of a batch that was sent, by its boundary. Reads no line that ends otherwise than with CRLF. */
export function partsAsked(
  body: string,
  boundary = /--(batch_[\w-]+)\r\n/.exec(body)?.[1],
): readonly PartAsked[] {
  if (boundary === undefined) return [];
  const inner = body.split(`--${boundary}--`)[0] ?? '';
  return inner.split(`--${boundary}\r\n`).slice(1).map(partAsked);
}
