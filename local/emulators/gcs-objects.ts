import type { IncomingMessage, ServerResponse } from 'node:http';

/** One generation of an object. */
export interface Stored {
  readonly bytes: Buffer;
  readonly generation: string;
  readonly updated: string;
}

const PAGE = 1000;

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=UTF-8' })
    .end(JSON.stringify(value));
}

/** https://cloud.google.com/storage/docs/json_api/v1/status-codes */
export const refuse = (response: ServerResponse, status: number, reason: string): void =>
  json(response, status, { error: { code: status, message: reason, errors: [{ reason }] } });

/** An object as the API describes it. */
export const resource = (bucket: string, name: string, { bytes, generation, updated }: Stored) => ({
  kind: 'storage#object',
  bucket,
  name,
  size: String(bytes.length),
  updated,
  generation,
});

/** The bytes of an object, or the part that `Range` asks for. */
export function media(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, generation }: Stored,
): void {
  const headers = { 'content-type': 'application/octet-stream', 'x-goog-generation': generation };
  const { from, to } = /^bytes=(?<from>\d+)-(?<to>\d+)$/.exec(request.headers.range ?? '')?.groups ?? {};
  if (from === undefined || to === undefined) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
    return;
  }
  if (Number(from) >= bytes.length) {
    refuse(response, 416, 'requestedRangeNotSatisfiable');
    return;
  }
  const part = bytes.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
  response.writeHead(206, { ...headers, 'content-length': part.length, 'content-range': range });
  response.end(part);
}

/** A page of the names in a bucket. */
export function listing(
  response: ServerResponse,
  bucket: string,
  objects: Map<string, Stored>,
  query: URLSearchParams,
): void {
  const after = Buffer.from(query.get('pageToken') ?? '', 'base64').toString();
  const size = Math.min(PAGE, Number(query.get('maxResults') ?? PAGE));
  // By the bytes of their names, as the service does it.
  const names = [...objects.keys()]
    .filter((name) => name.startsWith(query.get('prefix') ?? ''))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .filter((name) => after === '' || Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0);
  const shown = names.slice(0, size);
  const items = shown.flatMap((name) => {
    const stored = objects.get(name);
    return stored ? [resource(bucket, name, stored)] : [];
  });
  const last = names.length > size ? shown.at(-1) : undefined;
  // Without anything to show there is no `items` at all.
  json(response, 200, {
    kind: 'storage#objects',
    ...(items.length > 0 && { items }),
    ...(last !== undefined && { nextPageToken: Buffer.from(last).toString('base64') }),
  });
}
