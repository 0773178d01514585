import { replay } from '../compose.js';
import { replayOf } from '../replay.js';

/** Lambda's entry for the retry queue. */
export const handler = replayOf(replay);
