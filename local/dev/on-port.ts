import { createServer } from 'node:net';
import { Fault } from '../../shared/core/fault.js';

/** Waits for what is starting on a port; the fault of a port that is taken names the option that chooses another. */
export async function onPort<T>(option: string, started: Promise<T>): Promise<T> {
  try {
    return await started;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'config.port-in-use') throw error;
    throw new Fault(error.code, `${error.message} Here: ${option} N.`, { cause: error });
  }
}

/** The port if nobody on this machine has it, else 0: any. */
export function preferredPort(port: number): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}
