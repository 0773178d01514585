import { byIntake, type Intake, type Undo, uint32 } from './intake.js';
import { undoLz4Block } from './lz4-block.js';
import { refused } from './refused.js';
import { snappyLength, undoSnappyBlock } from './snappy.js';

/** What Hadoop compresses blocks with that have no magic of their own. */
export type HadoopCodec = 'snappy' | 'lz4';

/** Longer blocks nobody writes: Hadoop's buffers have 256 KiB; a single write may be longer. */
const MOST_BLOCK = 2 ** 24;
const MOST_CHUNK = 2 ** 22;

/** Every second byte of Latin text in UTF-16 is a zero. */
const isLikeUtf16 = (head: Uint8Array): boolean =>
  [0, 2, 4, 6].every((at) => head[at] === 0) && [1, 3, 5, 7].every((at) => head[at] !== 0);

/**
 * Which codec a file's first bytes are of, if it is blocks of Hadoop: two lengths of four bytes, then a chunk that of snappy
 * begins with its own length. No text begins with a zero byte, except UTF-16 without its mark.
 */
export function hadoopCodec(head: Uint8Array): HadoopCodec | undefined {
  if (head.length < 9 || head[0] !== 0) return undefined;
  const [block, chunk] = [uint32(head, 0), uint32(head, 4)];
  if (block === 0 || chunk === 0 || chunk > MOST_CHUNK) return undefined;
  const length = snappyLength(head.subarray(8));
  const isSnappy = length !== undefined && length > 0 && length <= block && chunk <= 32 + length + length / 6;
  if (isSnappy) return 'snappy';
  return isLikeUtf16(head) ? undefined : 'lz4';
}

function undoChunk(chunk: Uint8Array, codec: HadoopCodec, most: number): Uint8Array {
  if (codec === 'snappy') return undoSnappyBlock(chunk, most);
  const plain = new Uint8Array(Math.min(most, MOST_CHUNK));
  return plain.subarray(0, undoLz4Block(chunk, plain, 0));
}

async function* block(intake: Intake, codec: HadoopCodec): AsyncGenerator<Uint8Array> {
  let left = uint32(await intake.take(4), 0);
  if (left > MOST_BLOCK) throw refused('a block of the compressed data is longer than any program writes');
  while (left > 0) {
    const length = uint32(await intake.take(4), 0);
    if (length === 0 || length > MOST_CHUNK)
      throw refused(`the compressed data (${codec} of Hadoop) is damaged`);
    const plain = undoChunk(await intake.take(length), codec, left);
    if (plain.length === 0) throw refused(`the compressed data (${codec} of Hadoop) is damaged`);
    left -= plain.length;
    yield plain;
  }
}

/**
 * Snappy or LZ4 as Hadoop's codecs, and so Spark, write them (BlockCompressorStream): blocks of a length, and chunks of
 * another. It has no end mark and no checksum: a file that was cut between two blocks cannot be told from a whole one.
 */
export const undoHadoop = (codec: HadoopCodec): Undo =>
  byIntake(async function* blocks(intake) {
    while (!(await intake.isEmpty())) yield* block(intake, codec);
  });
