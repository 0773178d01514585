import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach } from 'vitest';
import type { EndedSpan } from '../../shared/core/spans.js';
import { sinkOf } from '../../shared/traces/open.js';
import { spanOf } from './recorded.js';

/** What ends with the test. */
export const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A receiver over HTTP on this machine, and what it was sent. */
export async function receiver(status = 200) {
  const got: { path: string; headers: Record<string, unknown>; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    got.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close().closeAllConnections());
  const address = server.address();
  return { got, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}

/** Opens what a setting asks for. */
export const open = (traces: string, env: Record<string, string> = {}, headers?: string) =>
  sinkOf(
    { TRIBUTARY_TRACES: traces, TRIBUTARY_TRACES_SHARE: 1, TRIBUTARY_TRACES_HEADERS: headers },
    env,
    globalThis.fetch,
  );

/** A request to a target. */
export const SEND: Partial<EndedSpan> = {
  name: 'send',
  parentId: '53995c3f42cd8ad8',
  spanId: 'defdfd9912dc5a56',
  facts: {
    connection: 'sales',
    operation: 'upsert',
    object: 'Contact',
    rows: 200,
    accepted: 199,
    requestId: 'crm-1',
  },
};
/** One that failed. */
export const FAILED: Partial<EndedSpan> = {
  ...SEND,
  failed: true,
  facts: { connection: 'sales', code: 'remote.throttled' },
};
/** A batch of them. */
export const SPANS = [
  spanOf({ facts: { batch: 'run-1', records: 3, endings: { delivered: 2, held: 1 } } }),
  spanOf(SEND),
  spanOf(FAILED),
];

/** An instrumentation key. */
export const KEY = '0b5ad1c4-2f5d-4c0e-8d3f-6f1f1a2b3c4d';
