import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { ObjectStore } from '../../stores/objects.js';
import { pairIn } from './presence.js';

const Count = z.int().min(0);

/** Sorted lines in pieces that fit into memory, one beside the other; `at` is what the names of its pieces begin with. */
export const SortedRun = z.object({ at: z.string(), pieces: Count, lines: Count });
export type SortedRun = z.infer<typeof SortedRun>;

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

/** A piece as it was packed. */
async function packedPiece(objects: ObjectStore, name: string): Promise<Uint8Array> {
  const bytes = await objects.get(name);
  if (bytes) return bytes;
  const text = `${name} in ${objects.place} is gone, and with it who was in a full export; let the file be read again: tributary files retry`;
  throw new Fault('store.format', text);
}

/** Most pieces come out at once, and not bit by bit into a second copy. */
const unpacked = (piece: Uint8Array): Buffer => gunzipSync(piece, { chunkSize: 1.25 * PIECE_CHARACTERS });

const linesOf = (piece: Buffer): readonly string[] => piece.toString('utf8').split('\n');

/** The last piece whose first pair is `after` or before that: the pieces ahead of it hold nothing behind `after`. */
async function pieceAt(objects: ObjectStore, { at, pieces }: SortedRun, after: string): Promise<number> {
  let [low, high] = [0, pieces - 1];
  while (after !== '' && low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [first = ''] = linesOf(unpacked(await packedPiece(objects, nameOf(at, middle))));
    if (pairIn(first) <= after) low = middle;
    else high = middle - 1;
  }
  return after === '' ? 0 : low;
}

/**
 * The pieces of a run, each its lines in UTF-8 with line feeds between them; the next piece is fetched meanwhile. Of lines whose pair
 * is `after` or before that no more than those of one piece are among them.
 */
export async function* readPieces(objects: ObjectStore, run: SortedRun, after = ''): AsyncGenerator<Buffer> {
  const { at, pieces } = run;
  const fetch = (piece: number): Promise<Uint8Array> => {
    const packed = packedPiece(objects, nameOf(at, piece));
    // Looked at when its turn comes.
    packed.catch(() => undefined);
    return packed;
  };
  if (pieces === 0) return;
  const first = await pieceAt(objects, run, after);
  let coming = fetch(first);
  for (let piece = first; piece < pieces; piece++) {
    const packed = await coming;
    if (piece + 1 < pieces) coming = fetch(piece + 1);
    yield unpacked(packed);
  }
}

/** The lines of a run, those of a piece at a time; see {@link readPieces}. */
export async function* readRun(
  objects: ObjectStore,
  run: SortedRun,
  after = '',
): AsyncGenerator<readonly string[]> {
  for await (const piece of readPieces(objects, run, after)) yield linesOf(piece);
}
