import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { HOST, listen } from './listen.js';

/** A request as it came over the wire. */
export interface FrontRequest {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  /** Names in small letters, several values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly remote: string | undefined;
}

/** What goes back over the wire. */
export interface FrontAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A running HTTP server on this machine. */
export interface HttpFront {
  readonly url: string;
  /** Lets requests under way finish. */
  close(): Promise<void>;
}

/** How to start one. */
export interface HttpFrontOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Longest body, as the platform it stands for has it; longer ones get 413 unread. */
  readonly maxBytes: number;
  readonly handle: (request: FrontRequest) => Promise<FrontAnswer>;
}

/** How long requests under way may still take when the server closes. */
const GRACE_MS = 2_000;

async function bodyOf(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message) {
    const read = Buffer.from(part);
    bytes += read.length;
    if (bytes <= maxBytes) parts.push(read);
  }
  return bytes > maxBytes ? undefined : Buffer.concat(parts);
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]);
  return Object.fromEntries(entries);
}

async function answerFor(message: IncomingMessage, options: HttpFrontOptions): Promise<FrontAnswer> {
  const body = await bodyOf(message, options.maxBytes);
  if (!body) return { status: 413, headers: {}, body: '' };
  const { method = 'GET', url = '/', socket } = message;
  const headers = headersOf(message);
  return options.handle({ method, target: url, headers, body, remote: socket.remoteAddress });
}

async function serve(message: IncomingMessage, response: ServerResponse, options: HttpFrontOptions) {
  try {
    const { status, headers, body } = await answerFor(message, options);
    response.writeHead(status, headers).end(body);
  } catch (error) {
    // The client hung up, or the platform's part failed: what a platform answers then says nothing.
    if (!response.headersSent) response.writeHead(500);
    response.end(error instanceof Error ? error.name : '');
  }
}

/** Starts an HTTP server on 127.0.0.1. A port that is taken is a `config.port-in-use` fault. */
export async function startHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  const server = createServer((message, response) => void serve(message, response, options));
  // Longer than clients keep a connection they do not use: else it may close just as one sends.
  server.keepAliveTimeout = 65_000;
  const port = await listen(server, options.port ?? 0, 'HTTP door');
  return {
    url: `http://${HOST}:${port}`,
    async close() {
      const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await closed;
      clearTimeout(grace);
    },
  };
}
