import { afterEach } from 'vitest';
import { attempt, type Failure, type Reply } from '../../shared/connectors/wire/transport.js';
import { never } from './fakes.js';
import { type FaultServer, startFaultServer } from './fault-server.js';

const servers: FaultServer[] = [];
/** Starts a fault server that ends with the test. */
export async function serve(...args: Parameters<typeof startFaultServer>): Promise<FaultServer> {
  const server = await startFaultServer(...args);
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Options {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
}
/** One POST over real sockets. */
export const post = (url: string, { timeoutMs = 5000, signal = never(), maxBytes = 100_000 }: Options = {}) =>
  attempt(
    { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
    { fetch, signal, timeoutMs, maxBytes },
  );

/** The headers of a JSON answer. */
export const JSON_TYPE = { 'content-type': 'application/json' };
/** The answer; fails the test when there is none. */
export const reply = (result: Reply | Failure): Reply => {
  if (result.kind !== 'reply') throw new Error(`no reply: ${result.code}`);
  return result;
};
