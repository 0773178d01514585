import { arrivalsOf } from './arrivals.js';
import { door as doorOfDeployment, intake, pipeline, replay as replayed } from './compose.js';
import { consumerOf } from './consumer.js';
import { filesOf, pollOf } from './files.js';
import { httpOf } from './http.js';
import { replayOf } from './replay.js';

/** Lambda's entry for the Kinesis stream. */
export const consumer = consumerOf(pipeline);

/** Lambda's entry for the retry queue. */
export const replay = replayOf(replayed);

/** Lambda's entry for the HTTP API. */
export const door = httpOf(doorOfDeployment);

/** Lambda's entry for notifications of S3. */
export const arrivals = arrivalsOf(intake);

/** Lambda's entry for the files queue. */
export const files = filesOf(intake);

/** Lambda's entry for the schedule by which places of files are looked through. */
export const poll = pollOf(intake);
