import { assembleLookout } from '../shared/assemble-files.js';
import type { Lookout } from '../shared/files/intake/intake.js';
import { once } from '../shared/once.js';

/** What finds files of this deployment, apart from the pipeline, of which it needs nothing. */
export const lookout: () => Promise<Lookout> = once(() => assembleLookout(process.env));
