import type { Clock, Log } from '../../core/ports.js';
import { REPORT_SUFFIX } from '../meaning/not-exports.js';
import type { FilePlace } from '../ports.js';

const DAY = 86_400_000;
/** Adobe deletes what lies in a landing zone after seven days. */
const LIFE = 7 * DAY;

/** When files are told of. */
export interface AgeingOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Files are told of that long before they are deleted. */
  readonly warnDays: number;
}

/**
 * A place whose files are deleted after seven days: each listing tells in the log of those that will be soon and have no
 * report of ours beside them, which says that they were worked.
 */
export function ageing(place: FilePlace, { clock, log, warnDays }: AgeingOptions): FilePlace {
  return {
    ...place,
    async *list() {
      const old = new Map<string, number>();
      const reported = new Set<string>();
      for await (const entry of place.list()) {
        if (entry.name.endsWith(REPORT_SUFFIX)) reported.add(entry.name.slice(0, -REPORT_SUFFIX.length));
        else if (entry.at + LIFE - clock.now() < warnDays * DAY) old.set(entry.name, entry.at + LIFE);
        yield entry;
      }
      const left = [...old].filter(([name]) => !reported.has(name)).sort(([, a], [, b]) => a - b);
      const [first] = left;
      if (first === undefined) return;
      const [name, deleted] = first;
      const fields = {
        place: place.from,
        files: left.length,
        name,
        deleted: new Date(deleted).toISOString(),
      };
      log.write('warn', 'file.expiring', fields);
    },
  };
}
