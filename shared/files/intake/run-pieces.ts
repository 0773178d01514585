import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { ObjectStore } from '../../stores/objects.js';

const Count = z.int().min(0);

/** Sorted lines in pieces that fit into memory, one beside the other; `at` is what the names of its pieces begin with. */
export const SortedRun = z.object({ at: z.string(), pieces: Count, lines: Count });
export type SortedRun = z.infer<typeof SortedRun>;

/** A run without lines, which lies nowhere. */
export const NO_RUN: SortedRun = { at: '', pieces: 0, lines: 0 };

/** Characters of a piece before it is packed. */
const PIECE_CHARACTERS = 128 * 1024;

/** Pieces that are being written at once. */
const PUTS_AT_ONCE = 8;

const nameOf = (prefix: string, piece: number): string => `${prefix}/${String(piece).padStart(6, '0')}`;

/**
 * Writes lines, which are sorted and hold no line feed, piece by piece. Nobody else may ever write at `at`: no version
 * guards these bytes, so whoever wakes up late would spoil what another has written since.
 */
export async function writeRun(
  objects: ObjectStore,
  at: string,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<SortedRun> {
  const counts = { at, pieces: 0, lines: 0 };
  const under: Promise<void>[] = [];
  let piece: string[] = [];
  let room = PIECE_CHARACTERS;
  const flush = async (): Promise<void> => {
    if (piece.length === 0) return;
    const put = objects.put(nameOf(at, counts.pieces), gzipSync(piece.join('\n'), { level: 1 }));
    // Looked at together with others; until then nobody listens.
    put.catch(() => undefined);
    under.push(put);
    counts.pieces += 1;
    piece = [];
    room = PIECE_CHARACTERS;
    if (under.length >= PUTS_AT_ONCE) await Promise.all(under.splice(0));
  };
  for await (const line of lines) {
    piece.push(line);
    counts.lines += 1;
    room -= line.length + 1;
    if (room <= 0) await flush();
  }
  await flush();
  await Promise.all(under);
  return counts;
}

/** The lines of a run, a piece at a time; the next piece is fetched meanwhile. */
export async function* readRun(
  objects: ObjectStore,
  { at, pieces }: SortedRun,
): AsyncGenerator<readonly string[]> {
  const fetch = (piece: number): Promise<Uint8Array | undefined> => {
    const bytes = objects.get(nameOf(at, piece));
    // Looked at when its turn comes.
    bytes.catch(() => undefined);
    return bytes;
  };
  let coming = pieces > 0 ? fetch(0) : undefined;
  for (let piece = 0; piece < pieces; piece++) {
    const bytes = await coming;
    coming = piece + 1 < pieces ? fetch(piece + 1) : undefined;
    if (!bytes) {
      const text = `${nameOf(at, piece)} in ${objects.place} is gone, and with it who was in a full export; let the file be read again: tributary files retry`;
      throw new Fault('store.format', text);
    }
    yield gunzipSync(bytes).toString('utf8').split('\n');
  }
}
