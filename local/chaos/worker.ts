import { parentPort } from 'node:worker_threads';
import { Scenario } from './scenario.js';
import { runSlice } from './slice.js';

/** A thread that runs the scenarios it is sent, one after another, and sends back what they came to. */
async function work(message: unknown): Promise<void> {
  parentPort?.postMessage(await runSlice(Scenario.parse(message)));
}

// Millions of faults are made, and nobody reads their stacks.
Error.stackTraceLimit = 0;
parentPort?.on('message', (message) => void work(message));
