import { byIntake, type Intake, type Undo, uint32LE } from './intake.js';
import { undoLz4Block } from './lz4-block.js';
import { refused } from './refused.js';
import { XxHash32 } from './xxhash32.js';

export const LZ4_MAGIC = 0x184d2204;

/** How far back a block may refer to those before it. */
const WINDOW = 65_536;

/** What the head of a frame says. */
interface FrameHead {
  readonly areLinked: boolean;
  readonly hasBlockSums: boolean;
  readonly hasSum: boolean;
  /** Bytes of the content, when it says so. */
  readonly size: bigint | undefined;
  readonly blockSize: number;
}

async function readHead(intake: Intake): Promise<FrameHead> {
  await intake.take(4);
  await intake.fill(15);
  const [flags = 0, sizes = 0] = intake.bytes;
  const hasSize = (flags & 8) !== 0;
  if (flags >> 6 !== 1 || (flags & 1) !== 0)
    throw refused('an LZ4 frame of an unknown version, or one with a dictionary');
  const length = 2 + (hasSize ? 8 : 0);
  const head = await intake.take(length + 1);
  const sum = (new XxHash32().add(head.subarray(0, length)).digest() >>> 8) & 0xff;
  const blockSize = 1 << (8 + 2 * ((sizes >> 4) & 7));
  if (head[length] !== sum || blockSize < 65_536) throw refused('the head of the LZ4 frame is damaged');
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return {
    areLinked: (flags & 0x20) === 0,
    hasBlockSums: (flags & 0x10) !== 0,
    hasSum: (flags & 4) !== 0,
    size: hasSize ? view.getBigUint64(2, true) : undefined,
    blockSize,
  };
}

/** The blocks of a frame one after another, with what they may refer to. */
class Blocks {
  private readonly buffer: Buffer;
  private readonly head: FrameHead;
  /** How much of what came before stands at the buffer's beginning. */
  private kept = 0;

  constructor(head: FrameHead) {
    this.head = head;
    this.buffer = Buffer.alloc(2 * WINDOW + head.blockSize);
  }

  undo(block: Uint8Array, isPlain: boolean): Buffer {
    const room = this.buffer.subarray(0, this.kept + this.head.blockSize);
    if (isPlain && block.length > this.head.blockSize)
      throw refused('a block of LZ4 is longer than its frame says');
    if (isPlain) room.set(block, this.kept);
    const end = isPlain ? this.kept + block.length : undoLz4Block(block, room, this.kept);
    const plain = Buffer.from(room.subarray(this.kept, end));
    this.keep(end);
    return plain;
  }

  private keep(end: number): void {
    if (!this.head.areLinked) return;
    this.kept = end;
    // Moved once in a window, not with every block: blocks may be of a byte each.
    if (end <= 2 * WINDOW) return;
    this.buffer.copyWithin(0, end - WINDOW, end);
    this.kept = WINDOW;
  }
}

const checked = (bytes: Uint8Array, sum: number): void => {
  if (new XxHash32().add(bytes).digest() !== sum) throw refused('a block of LZ4 is damaged');
};

async function* frame(intake: Intake): AsyncGenerator<Uint8Array> {
  const head = await readHead(intake);
  const blocks = new Blocks(head);
  const sum = new XxHash32();
  let length = 0;
  for (;;) {
    const size = uint32LE(await intake.take(4), 0);
    if (size === 0) break;
    const block = await intake.take(blockLength(size, head));
    if (head.hasBlockSums) checked(block, uint32LE(await intake.take(4), 0));
    const plain = blocks.undo(block, size >>> 31 === 1);
    length += plain.length;
    if (head.hasSum) sum.add(plain);
    yield plain;
  }
  if (head.hasSum && uint32LE(await intake.take(4), 0) !== sum.digest())
    throw refused('the LZ4 frame is damaged');
  if (head.size !== undefined && head.size !== BigInt(length))
    throw refused('the LZ4 frame is not as long as it says');
}

function blockLength(size: number, { blockSize }: FrameHead): number {
  const length = size & 0x7f_ff_ff_ff;
  if (length > blockSize + blockSize / 255 + 16)
    throw refused('a block of LZ4 is longer than its frame says');
  return length;
}

async function* frames(intake: Intake): AsyncGenerator<Uint8Array> {
  while (!(await intake.isEmpty())) {
    if (!(await intake.fill(8))) throw refused('the file ends too soon: it was cut off');
    const magic = uint32LE(intake.bytes, 0);
    if (magic === LZ4_MAGIC) yield* frame(intake);
    else if (magic >>> 4 === 0x184d2a5) await skip(intake);
    else throw refused('what follows the LZ4 frame is none');
  }
}

/** A frame that others put their own things into. */
async function skip(intake: Intake): Promise<void> {
  let left = uint32LE(await intake.take(8), 4);
  while (left > 0) {
    const count = Math.min(left, WINDOW);
    await intake.take(count);
    left -= count;
  }
}

/** LZ4 frames (LZ4 frame format 1.6.4), with linked blocks and checksums: what the `lz4` program and libraries write. */
export const undoLz4: Undo = byIntake(frames);
