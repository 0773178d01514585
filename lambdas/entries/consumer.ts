import { pipeline } from '../compose.js';
import { consumerOf } from '../consumer.js';

/** Lambda's entry for the Kinesis stream. */
export const handler = consumerOf(pipeline);
