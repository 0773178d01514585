import { door } from '../compose-door.js';
import { httpOf } from '../http.js';

/** Lambda's entry for the HTTP API. */
export const handler = httpOf(door);
