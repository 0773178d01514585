import type { Intake } from '../shared/files/intake/intake.js';
import { once } from '../shared/once.js';
import { assembled } from './compose.js';

/** The intake of files of this deployment. Nobody waits for it, so its code is read with the first file and not at the start. */
export const intake: () => Promise<Intake> = once(async () => {
  const { assembleFiles } = await import('../shared/assemble-files.js');
  return assembleFiles(process.env, await assembled());
});
