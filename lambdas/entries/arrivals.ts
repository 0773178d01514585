import { arrivalsOf } from '../arrivals.js';
import { intake } from '../compose-files.js';

/** Lambda's entry for notifications of S3. */
export const handler = arrivalsOf(intake);
