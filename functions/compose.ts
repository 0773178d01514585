import type { Pipeline } from '../shared/core/ports.js';
import { lateDoor } from '../shared/door/late-door.js';
import { jsonLog } from '../shared/log.js';
import { once } from '../shared/once.js';
import type { Replay } from '../shared/pipeline/replay.js';

// The host starts an instance for some of the functions and not for all: what the others need is never read there.

/** Put together once per cold start. The only place here that reads the environment. */
const assembled = once(async () => (await import('../shared/assemble.js')).assembleAll(process.env));

/** The pipeline of this deployment. */
export const pipeline = async (): Promise<Pipeline> => (await assembled()).pipeline;

/** The consumer of its retry queue. */
export const replay = async (): Promise<Replay> => (await assembled()).replay;

/** The intake of files of this deployment. */
export const intake = once(async () => {
  const { assembleFiles } = await import('../shared/assemble-files.js');
  return assembleFiles(process.env, await assembled());
});

const log = jsonLog('error', (line) => process.stdout.write(line), Date.now);

/** The HTTP door of this deployment. App Service hands certificates over unchecked. */
export const door = lateDoor(
  once(async () => {
    const { assembleDoor } = await import('../shared/assemble-door.js');
    return assembleDoor(process.env, { checksCertificates: false });
  }),
  log,
);

// A setting that was cleared comes as an empty text, and counts as not set.
const queueSetting = /^storage-queue:(.+)$/.exec(process.env['TRIBUTARY_FILES_QUEUE'] ?? '');

/** Where files are worked off, for deployments that take any in. A host that is told of a trigger without its queue complains for ever. */
export const filesTriggers = queueSetting?.[1] !== undefined && {
  queueName: queueSetting[1],
  schedule: process.env['TRIBUTARY_FILES_SCHEDULE'] || '0 */5 * * * *',
};

/** The sweep of the state's table. */
export const sweep = once(async () =>
  (await import('../shared/assemble-sweep.js')).assembleSweep(process.env),
);

const schedule = process.env['TRIBUTARY_SWEEP_SCHEDULE'] || '0 20 * * * *';
const inTable = process.env['TRIBUTARY_STATE']?.startsWith('azure-table:') === true;

/** When the sweep runs, where the state is in a table whose service removes nothing by itself. */
export const sweepSchedule = inTable && schedule !== 'off' ? schedule : undefined;
