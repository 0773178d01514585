import { lookout } from '../compose-lookout.js';
import { pollOf } from '../files.js';

/** Lambda's entry for the schedule by which places of files are looked through. */
export const handler = pollOf(lookout);
