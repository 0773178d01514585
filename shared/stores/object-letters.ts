import type { DeadLetters, KeptMessage } from '../core/kept.js';
import { buriedAgain, isReplay } from './buried-again.js';
import { decodeWhole, encodeKept } from './kept-codec.js';
import { hashIn, letterName, refOf } from './kept-name.js';
import type { ObjectStore, StoredObject } from './objects.js';
import { inParallel } from './parallel.js';
import type { Reachable } from './reachable.js';
import type { Shelf, Visited } from './shelf.js';

const REQUESTS_AT_ONCE = 16;
/** Letters read before a visitor is shown any of them. */
const LETTERS_AT_ONCE = 48;
/** Clocks differ, and an object is written a little after its message was kept. */
const SKEW_MS = 3_600_000;

async function visitOne(objects: ObjectStore, { name }: StoredObject): Promise<Visited | undefined> {
  const hash = hashIn(name);
  const bytes = await objects.get(name);
  // Dropped by somebody else since it was listed, or not a letter at all.
  if (hash === undefined || bytes === undefined) return undefined;
  const drop = async (): Promise<boolean> => {
    const now = await objects.get(name);
    if (now !== undefined && Buffer.compare(now, bytes) !== 0) return false;
    await objects.remove(name);
    return true;
  };
  return { ref: refOf(hash), found: decodeWhole(bytes), drop };
}

/** Letters of one record, in order, become one. */
async function buryOne(objects: ObjectStore, name: string, letters: readonly KeptMessage[]): Promise<void> {
  // A replay has the last word, so that nothing earlier need be read.
  const isTold = letters.some(isReplay);
  const earlier = isTold ? undefined : await objects.get(name);
  const read = earlier && decodeWhole(earlier);
  const known = read?.ok ? read.value : undefined;
  const letter = letters.reduce<KeptMessage | undefined>(buriedAgain, known);
  if (letter) await objects.put(name, encodeKept(letter));
}

/** A record that was handed out twice in one batch has two letters of one name. */
function byName(items: readonly KeptMessage[]): Map<string, KeptMessage[]> {
  const found = new Map<string, KeptMessage[]>();
  for (const kept of items) {
    const name = letterName(kept);
    const known = found.get(name);
    if (known) known.push(kept);
    else found.set(name, [kept]);
  }
  return found;
}

/** Dead letters as objects: one for each record, named after it, so that burying it again replaces the letter. */
export function objectLetters(objects: ObjectStore): DeadLetters & Shelf & Reachable {
  return {
    place: objects.place,
    async bury(items) {
      await inParallel([...byName(items)], REQUESTS_AT_ONCE, ([name, letters]) =>
        buryOne(objects, name, letters),
      );
    },
    async *visit({ since = 0, ref = '' } = {}) {
      const page: StoredObject[] = [];
      const read = () => inParallel(page.splice(0), REQUESTS_AT_ONCE, (object) => visitOne(objects, object));
      for await (const object of objects.list('letters/')) {
        if (object.at < since - SKEW_MS || !hashIn(object.name)?.startsWith(ref)) continue;
        page.push(object);
        if (page.length === LETTERS_AT_ONCE) yield (await read()).filter((one) => one !== undefined);
      }
      yield (await read()).filter((one) => one !== undefined);
    },
    total: async () => undefined,
    /** No letter has this name: whether there is one is a question every role that buries may ask. */
    reach: async () => void (await objects.get('letters/none')),
  };
}
