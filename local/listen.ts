import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../shared/core/fault.js';

/** Where everything emulated listens: this machine alone can reach it. */
export const HOST = '127.0.0.1';

/**
 * Lets a server listen on {@link HOST}; 0 takes any free port. Gives the port. One that is taken is a `config.port-in-use`
 * fault that names `what` wanted it.
 */
export async function listen(server: Server, port: number, what: string): Promise<number> {
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!inUse) throw error;
    const text = `${what}: port ${port} on ${HOST} is taken. Stop what uses it, or give another port (0: any).`;
    throw new Fault('config.port-in-use', text, { cause: error });
  }
  // An address object is what a TCP server has once it listens.
  return (server.address() as AddressInfo).port;
}
