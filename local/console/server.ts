import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { HOST, listen } from '../listen.js';
import type { Asset } from './assets.js';
import { HEADERS, refusalOf } from './gate.js';

/** A question of the page. */
export interface Ask {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Undefined for a GET. */
  readonly body: unknown;
}

/** What the server answers: JSON of `value`. */
export interface Reply {
  readonly status: number;
  readonly value: unknown;
}

/** How to serve. */
export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly token: string;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly answer: (method: 'GET' | 'POST', ask: Ask) => Promise<Reply>;
  /** Takes over the answer to those who follow the run. */
  readonly follow: (response: ServerResponse) => void;
  /** Told what went wrong within. */
  readonly onError: (error: unknown) => void;
}

/** A running server. */
export interface ConsoleServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Longest body: two files of rules and an event. */
const MAX_BODY = 2_097_152;

/** The body of a request; undefined when it is longer than is taken. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    const read = Buffer.from(part);
    bytes += read.length;
    if (bytes > MAX_BODY) return undefined;
    parts.push(read);
  }
  return Buffer.concat(parts).toString('utf8');
}

function json(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

/** The address that is asked for; undefined for what is none of ours. */
function urlOf(target: string): URL | undefined {
  try {
    const url = new URL(target, `http://${HOST}`);
    // `//elsewhere/path` names another host.
    return url.host === HOST ? url : undefined;
  } catch {
    return undefined;
  }
}

const failed = (status: number, error: string): Reply => ({ status, value: { error } });

function send(response: ServerResponse, { status, value }: Reply): void {
  const headers = { ...HEADERS, 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, headers).end(JSON.stringify(value));
}

async function replyTo(request: IncomingMessage, url: URL, options: ServerOptions): Promise<Reply> {
  const { pathname: path, searchParams: query } = url;
  if (request.method === 'GET') return options.answer('GET', { path, query, body: undefined });
  const text = await bodyOf(request);
  if (text === undefined) return failed(413, `more than ${MAX_BODY} bytes are not taken`);
  const body = json(text);
  return body
    ? options.answer('POST', { path, query, body: body.value })
    : failed(400, 'the body is not JSON');
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  options: ServerOptions,
) {
  const { method = '', headers, url: target = '/' } = request;
  const url = urlOf(target);
  const path = url?.pathname ?? '';
  const refusal = refusalOf({ method, path, headers }, { port, token: options.token });
  if (refusal) {
    send(response, failed(refusal.status, refusal.error));
    return;
  }
  const asset = options.assets.get(path);
  if (asset) response.writeHead(200, { ...HEADERS, 'content-type': asset.type }).end(asset.bytes);
  else if (url && path === '/api/live') {
    response.writeHead(200, { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8' });
    options.follow(response);
  } else if (url && path.startsWith('/api/')) send(response, await replyTo(request, url, options));
  else send(response, failed(404, 'there is no such page'));
}

/** Serves the console on 127.0.0.1. A port that is taken is a `config.port-in-use` fault. */
export async function startServer(options: ServerOptions): Promise<ConsoleServer> {
  let port = options.port;
  const server = createServer((request, response) => {
    serve(request, response, port, options).catch((error: unknown) => {
      // Whoever goes away in the middle of a request is no error.
      if (request.destroyed && !request.complete) return;
      options.onError(error);
      if (response.headersSent) response.destroy();
      else send(response, failed(500, 'the console itself failed; the terminal says how'));
    });
  });
  port = await listen(server, options.port, 'console');
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
