import type { TimerHandler } from '@azure/functions';
import type { Sweep } from '../shared/assemble-sweep.js';
import { concealed } from '../shared/conceal.js';

/** Timer in: the table of the state loses what has expired. The host writes what escapes to its log. */
export const sweepOf =
  (sweep: () => Promise<Sweep>): TimerHandler =>
  async () => {
    try {
      await (await sweep())();
    } catch (error) {
      throw concealed(error);
    }
  };
