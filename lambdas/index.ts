import { door as doorOfDeployment, pipeline, replay as replayed } from './compose.js';
import { consumerOf } from './consumer.js';
import { httpOf } from './http.js';
import { replayOf } from './replay.js';

/** Lambda's entry for the Kinesis stream. */
export const consumer = consumerOf(pipeline);

/** Lambda's entry for the retry queue. */
export const replay = replayOf(replayed);

/** Lambda's entry for the HTTP API. */
export const door = httpOf(doorOfDeployment);
