import { assembleAll, once } from '../shared/assemble.js';
import { assembleDoor } from '../shared/assemble-door.js';
import { assembleFiles } from '../shared/assemble-files.js';
import type { Pipeline } from '../shared/core/ports.js';
import { lateDoor } from '../shared/door/late-door.js';
import { jsonLog } from '../shared/log.js';
import type { Replay } from '../shared/pipeline/replay.js';

/** Put together once per cold start. The only place here that reads the environment. */
const assembled = once(() => assembleAll(process.env));

/** The pipeline of this deployment. */
export const pipeline = async (): Promise<Pipeline> => (await assembled()).pipeline;

/** The consumer of its retry queue. */
export const replay = async (): Promise<Replay> => (await assembled()).replay;

/** The intake of files of this deployment. */
export const intake = once(async () => assembleFiles(process.env, await assembled()));

const log = jsonLog('error', (line) => process.stdout.write(line), Date.now);

/** The HTTP door of this deployment. API Gateway checks certificates against the trust store of the domain. */
export const door = lateDoor(
  once(() => assembleDoor(process.env, { checksCertificates: true })),
  log,
);
