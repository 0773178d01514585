import { refused } from './refused.js';

/** Bytes of a layer that come when they are asked for. */
export class Intake {
  /** What has come and has not been taken. */
  bytes: Uint8Array = new Uint8Array(0);
  private readonly chunks: AsyncIterator<Uint8Array>;
  private isOver = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** Waits until so many bytes are there, or all that there are; says whether there are enough. */
  async fill(count: number): Promise<boolean> {
    if (this.bytes.length >= count) return true;
    const parts = [this.bytes];
    let length = this.bytes.length;
    while (length < count && !this.isOver) {
      const next = await this.chunks.next();
      if (next.done === true) this.isOver = true;
      else {
        parts.push(next.value);
        length += next.value.length;
      }
    }
    this.bytes = Buffer.concat(parts);
    return length >= count;
  }

  /** Takes exactly so many bytes; `file.refused` when the layer ends before. */
  async take(count: number): Promise<Uint8Array> {
    if (!(await this.fill(count))) throw refused('the file ends too soon: it was cut off');
    return this.drop(count);
  }

  /** Takes bytes that are known to be there. */
  drop(count: number): Uint8Array {
    const taken = this.bytes.subarray(0, count);
    this.bytes = this.bytes.subarray(count);
    return taken;
  }

  /** Whether nothing comes any more. */
  async isEmpty(): Promise<boolean> {
    return !(await this.fill(1));
  }

  /** Lets go of the bytes that have not been asked for. */
  async close(): Promise<void> {
    if (!this.isOver) await this.chunks.return?.();
  }
}

/** What undoes a layer. */
export type Undo = (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>;

/** A layer that is worked by asking for its bytes; they are let go of however that ends. */
export const byIntake = (work: (intake: Intake) => AsyncGenerator<Uint8Array>): Undo =>
  async function* undo(chunks) {
    const intake = new Intake(chunks);
    try {
      yield* work(intake);
    } finally {
      await intake.close();
    }
  };

/** A whole number of four bytes, the most significant first. */
export const uint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at);

/** A whole number of four bytes, the least significant first. */
export const uint32LE = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true);
