import { once } from 'node:events';
import type { Server } from 'node:net';
import { Fault } from '../../../shared/core/fault.js';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Waits until a server listens and gives its port; a port that is taken is a fault that says what to do. */
export async function listening(server: Server, wanted: number, host: string): Promise<number> {
  try {
    if (!server.listening) await once(server, 'listening');
  } catch (cause) {
    if (codeOf(cause) !== 'EADDRINUSE') throw cause;
    throw new Fault(
      'config.port-in-use',
      `Port ${wanted} on ${host}, which the Event Hubs emulator was to use, is taken by another program: ` +
        'stop that program, or choose another port (0 takes any free one).',
      { cause },
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a numeric address.');
  return address.port;
}
