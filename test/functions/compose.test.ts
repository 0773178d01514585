import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

/** When the functions for files and for the state run, where these settings are set. */
async function schedulesWith(settings: Readonly<Record<string, string>>) {
  const env = {
    TRIBUTARY_FILES_QUEUE: 'storage-queue:files',
    TRIBUTARY_STATE: 'azure-table:state',
    ...settings,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { filesTriggers, sweepSchedule } = await import('../../functions/compose.js');
  return { files: filesTriggers ? filesTriggers.schedule : undefined, sweep: sweepSchedule };
}

test.each([
  [{}, { files: '0 */5 * * * *', sweep: '0 20 * * * *' }],
  // Clouds hand over a setting that was cleared as an empty text.
  [
    { TRIBUTARY_FILES_SCHEDULE: '', TRIBUTARY_SWEEP_SCHEDULE: '' },
    { files: '0 */5 * * * *', sweep: '0 20 * * * *' },
  ],
  [
    { TRIBUTARY_FILES_SCHEDULE: '0 0 * * * *', TRIBUTARY_SWEEP_SCHEDULE: '0 0 1 * * *' },
    { files: '0 0 * * * *', sweep: '0 0 1 * * *' },
  ],
  [
    { TRIBUTARY_FILES_QUEUE: '', TRIBUTARY_SWEEP_SCHEDULE: 'off' },
    { files: undefined, sweep: undefined },
  ],
  [{ TRIBUTARY_STATE: 'dynamodb:state' }, { files: '0 */5 * * * *', sweep: undefined }],
])('%j', async (settings, schedules) => {
  expect(await schedulesWith(settings)).toEqual(schedules);
});
