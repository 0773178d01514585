import { Buffer } from 'node:buffer';
import { createServer, type Server, type Socket } from 'node:net';

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Head and body as sent. */
  readonly raw: string;
}

/** What to do with a connection once a request has arrived on it. */
export type Play = (socket: Socket, request: Received) => void;

/** A server that does to its clients what networks and gateways do. */
export interface FaultServer {
  readonly url: string;
  readonly requests: readonly Received[];
  connections(): number;
  close(): Promise<void>;
}

/** An answer in plain HTTP/1.1; `length` lies about the size of the body when given. */
export const answer =
  (status: number, headers: Readonly<Record<string, string>>, body: string, length?: number): Play =>
  (socket) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const size = length ?? Buffer.byteLength(body);
    socket.write(`HTTP/1.1 ${status} Status\r\n${lines.join('')}content-length: ${size}\r\n\r\n${body}`);
  };

/** A JSON answer. */
export const answerJson = (status: number, value: unknown): Play =>
  answer(status, { 'content-type': 'application/json' }, JSON.stringify(value));

/** Reads the request and resets the connection (RST). */
export const reset: Play = (socket) => void socket.resetAndDestroy();
/** Reads the request and closes the connection politely (FIN), without an answer. */
export const fin: Play = (socket) => void socket.end();
/** Reads the request and never answers. */
export const hang: Play = () => undefined;
/** Begins an answer and closes before its end. */
export const cut: Play = (socket, request) => {
  answer(200, { 'content-type': 'application/json' }, '[{"success":', 1000)(socket, request);
  socket.end();
};
/** Begins an answer, then resets. */
export const resetMidway: Play = (socket, request) => {
  answer(200, { 'content-type': 'application/json' }, '[{"success":', 1000)(socket, request);
  setImmediate(() => socket.resetAndDestroy());
};
/** Answers with something that is not HTTP. */
export const garbage: Play = (socket) => void socket.end('220 mail.example.com ESMTP\r\n');

const HEAD_END = '\r\n\r\n';

/** The first whole request in the buffer and what follows it, or nothing yet. */
function take(buffer: Buffer): { request: Received; rest: Buffer } | undefined {
  const at = buffer.indexOf(HEAD_END);
  if (at < 0) return undefined;
  const head = buffer.subarray(0, at).toString('latin1');
  const [line = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((text) => {
      const colon = text.indexOf(':');
      return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
    }),
  );
  const end = at + HEAD_END.length + Number(headers['content-length'] ?? 0);
  if (buffer.length < end) return undefined;
  const [method = '', path = ''] = line.split(' ');
  const body = buffer.subarray(at + HEAD_END.length, end).toString('utf8');
  return {
    request: { method, path, headers, body, raw: `${head}${HEAD_END}${body}` },
    rest: buffer.subarray(end),
  };
}

/** Starts a server that asks `script` what to do with each request; `onConnect` may end a connection before any. */
export async function startFaultServer(
  script: (request: Received, index: number) => Play,
  onConnect?: (socket: Socket, index: number) => void,
): Promise<FaultServer> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    onConnect?.(socket, connections++);
    let buffer = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      buffer = Buffer.concat([buffer, bytes]);
      for (let found = take(buffer); found !== undefined; found = take(buffer)) {
        buffer = Buffer.from(found.rest);
        requests.push(found.request);
        script(found.request, requests.length - 1)(socket, found.request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** The address of a port on which nobody listens. */
export async function closedPort(): Promise<string> {
  const server = await startFaultServer(() => hang);
  await server.close();
  return server.url;
}
