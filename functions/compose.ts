import { assembleAll, once } from '../shared/assemble.js';
import type { Pipeline } from '../shared/core/ports.js';
import type { Replay } from '../shared/pipeline/replay.js';

/** Put together once per cold start. The only place here that reads the environment. */
const assembled = once(() => assembleAll(process.env));

/** The pipeline of this deployment. */
export const pipeline = async (): Promise<Pipeline> => (await assembled()).pipeline;

/** The consumer of its retry queue. */
export const replay = async (): Promise<Replay> => (await assembled()).replay;
