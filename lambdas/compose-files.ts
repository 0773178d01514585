import { assembleFiles } from '../shared/assemble-files.js';
import type { Intake } from '../shared/files/intake/intake.js';
import { once } from '../shared/once.js';
import { assembled } from './compose.js';

/** The intake of files of this deployment. */
export const intake: () => Promise<Intake> = once(async () => assembleFiles(process.env, await assembled()));
