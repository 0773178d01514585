import { arrivalsOf } from '../arrivals.js';
import { lookout } from '../compose-lookout.js';

/** Lambda's entry for notifications of S3. */
export const handler = arrivalsOf(lookout);
