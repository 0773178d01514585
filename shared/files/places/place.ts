import { Fault } from '../../core/fault.js';
import type { FileBytes, FileEntry, FilePlace } from '../ports.js';
import { LIMITS, type PlaceDeps } from './deps.js';
import { belongs, changed, replaced } from './names.js';
import type { Origin } from './origin.js';
import { race } from './race.js';
import { readOn } from './read-on.js';
import { triesFor } from './tries.js';

/** Odd names that are told of: whoever has more has one reason for all. */
const MOST_ODD = 1_000;

/** Which place it is. */
export interface PlaceOptions extends Pick<PlaceDeps, 'clock' | 'random' | 'limits' | 'log'> {
  /** As the configuration names it, without secrets. */
  readonly from: string;
  /** Begins every name, with its slash; may be empty. */
  readonly prefix: string;
}

/** Makes a place of its kind: names are looked at, requests have an end and are repeated, reading survives a broken stream. */
export function placeOf<Cursor>(origin: Origin<Cursor>, options: PlaceOptions): FilePlace {
  const { from, prefix, clock, random, limits = LIMITS, log } = options;
  const end = new AbortController();
  const closing = end.signal;
  const tries = () =>
    triesFor({ what: origin.what, clock, random, closing, diagnose: (error) => origin.diagnose(error) });

  // A place is listed every few minutes, and a name stays what it is.
  const odd = new Set<string>();
  const tellOdd = (name: string): void => {
    if (odd.has(name) || odd.size >= MOST_ODD) return;
    odd.add(name);
    log.write('warn', 'file.odd-name', { place: from, name });
  };

  const attempt = async <T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const patience = tries();
    for (;;) {
      const life = new AbortController();
      try {
        closing.throwIfAborted();
        return await race(request(life.signal), limits.answerMs, closing);
      } catch (error) {
        life.abort(error);
        await patience.again(error);
      }
    }
  };

  const stat = async (name: string): Promise<FileEntry | undefined> =>
    belongs(prefix, name) ? attempt((signal) => origin.stat(name, signal)) : undefined;

  /** No byte is asked for, so nothing else would tell that the content is another now. */
  async function* nothing(entry: FileEntry): AsyncGenerator<Uint8Array, void, undefined> {
    const now = await stat(entry.name);
    if (now === undefined) throw changed(entry.name, 'is gone');
    if (now.version !== entry.version) throw replaced(entry.name);
    yield* [];
  }

  const bytes = (entry: FileEntry): FileBytes => ({
    name: entry.name,
    size: entry.size,
    open(first = 0, last = entry.size) {
      if (!belongs(prefix, entry.name)) throw changed(entry.name, 'is no file of this place');
      const to = Math.min(last, entry.size);
      return first < to ? readOn(origin, entry, [first, to], { limits, closing, tries }) : nothing(entry);
    },
  });

  return {
    from,
    stat,
    bytes,
    async *list() {
      let cursor: Cursor | undefined;
      do {
        const at = cursor;
        const page = await attempt((signal) => origin.page(at, signal));
        for (const entry of page.entries) {
          if (belongs(prefix, entry.name)) yield entry;
          else tellOdd(entry.name);
        }
        cursor = page.next;
      } while (cursor !== undefined);
    },
    async put(name, content) {
      if (!belongs(prefix, name))
        throw new Fault('file.unavailable', `${JSON.stringify(name)} is no name of a file below ${from}`);
      await attempt((signal) => origin.put(name, content, signal));
    },
    async close() {
      end.abort();
      await origin.close();
    },
  };
}
