import { assemble, once } from '../shared/assemble.js';
import type { Pipeline } from '../shared/core/ports.js';

/** The pipeline of this deployment, put together once per cold start. The only place here that reads the environment. */
export const pipeline: () => Promise<Pipeline> = once(() => assemble(process.env));
