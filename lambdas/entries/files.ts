import { intake } from '../compose-files.js';
import { filesOf } from '../files.js';

/** Lambda's entry for the files queue. */
export const handler = filesOf(intake);
