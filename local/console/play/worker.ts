import { parentPort } from 'node:worker_threads';
import { Fault } from '../../../shared/core/fault.js';
import { type PlayWork, play } from './play.js';

// A thread of its own, so that rules which take too long can be ended: see desk.ts.
parentPort?.on('message', async ({ id, work }: { id: number; work: PlayWork }) => {
  try {
    parentPort?.postMessage({ id, view: await play(work) });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    parentPort?.postMessage({ id, fault: `${error.code}: ${error.message}` });
  }
});
