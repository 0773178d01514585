import type { FileEntry } from '../ports.js';
import type { PlaceLimits } from './deps.js';
import type { Origin } from './origin.js';
import { race } from './race.js';
import { Cut, type Tries } from './tries.js';

/** What reading one file takes. */
export interface ReadContext {
  readonly limits: PlaceLimits;
  readonly closing: AbortSignal;
  readonly tries: () => Tries;
}

type Reading = Pick<Origin<never>, 'open'>;

/**
 * The bytes `from` to before `to` of one version of a file. A piece is asked for when the one before was taken, and the
 * time limit counts only while we wait for the place, not while the reader works. A stream that breaks is continued at the
 * byte where it broke.
 */
export async function* readOn(
  origin: Reading,
  entry: FileEntry,
  [from, to]: readonly [number, number],
  { limits, closing, tries: newTries }: ReadContext,
): AsyncGenerator<Uint8Array, void, undefined> {
  const tries = newTries();
  let at = from;
  while (at < to) {
    const life = new AbortController();
    try {
      const opened = await race(origin.open(entry, at, to, life.signal), limits.answerMs, closing);
      const pieces = opened[Symbol.asyncIterator]();
      for (;;) {
        const next = await race(pieces.next(), limits.idleMs, closing);
        if (next.done) break;
        if (next.value.length === 0) continue;
        at += next.value.length;
        tries.progress();
        yield next.value;
      }
      if (at < to) throw new Cut(`${entry.name} broke off at byte ${at} of ${entry.size}`);
    } catch (error) {
      life.abort(error);
      await tries.again(error);
    } finally {
      life.abort();
    }
  }
}
