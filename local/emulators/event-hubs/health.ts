import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { listening } from './listening.js';

/** The official emulator's answers on `GET /health` (its port is 5300). */
const ANSWERS = {
  healthy: { status: 'healthy', message: 'Service is healthy.' },
  unhealthy: { status: 'unhealthy', message: 'Service is unhealthy.' },
} as const;

/** A running health page. */
export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `GET /health` on a port; without a port there is none. */
export async function startHealth(
  isHealthy: () => boolean,
  port: number | undefined,
  host: string,
): Promise<Health | undefined> {
  if (port === undefined) return undefined;
  const server = healthPage(isHealthy).listen(port, host);
  return {
    port: await listening(server, port, host),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function healthPage(isHealthy: () => boolean): Server {
  return createServer(({ method, url }, response) => {
    if (url !== '/health' || method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    const healthy = isHealthy();
    response.writeHead(healthy ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(healthy ? ANSWERS.healthy : ANSWERS.unhealthy));
  });
}
