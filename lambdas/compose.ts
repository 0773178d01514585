import { type Assembled, assembleAll } from '../shared/assemble.js';
import type { Pipeline } from '../shared/core/ports.js';
import { once } from '../shared/once.js';
import type { Replay } from '../shared/pipeline/replay.js';

/** Put together once per cold start. Beside compose-*.ts the only place here that reads the environment. */
export const assembled: () => Promise<Assembled> = once(() => assembleAll(process.env));

/** The pipeline of this deployment. */
export const pipeline = async (): Promise<Pipeline> => (await assembled()).pipeline;

/** The consumer of its retry queue. */
export const replay = async (): Promise<Replay> => (await assembled()).replay;
