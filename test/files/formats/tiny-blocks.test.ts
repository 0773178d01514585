import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unwrapped } from '../../../shared/files/formats/layers.js';
import { inPieces } from '../../../shared/files/formats/plain.js';
import { LIMITS } from '../../../shared/files/formats/settings.js';
import { XxHash32 } from '../../../shared/files/formats/xxhash32.js';
import { MemoryFile } from './reading.js';

const PIECE = 65_536;

/** An LZ4 frame of blocks that may refer to those before them; each is given with whether it is stored as it is. */
function frameOf(blocks: readonly { readonly bytes: Uint8Array; readonly isPlain: boolean }[]): Buffer {
  const flags = Buffer.from([0x40, 0x40]);
  const parts: Uint8Array[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18]), flags];
  parts.push(Buffer.from([(new XxHash32().add(flags).digest() >>> 8) & 0xff]));
  for (const { bytes, isPlain } of blocks) {
    const size = Buffer.alloc(4);
    size.writeUInt32LE((bytes.length | (isPlain ? 0x80_00_00_00 : 0)) >>> 0);
    parts.push(size, bytes);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

const piecesOf = async (file: MemoryFile): Promise<Uint8Array[]> => {
  const pieces: Uint8Array[] = [];
  const plain = await unwrapped(file, [], LIMITS);
  for await (const piece of plain.open()) pieces.push(piece);
  return pieces;
};

test('blocks of a byte each come as whole pieces, so that a long row is not looked at again with every byte', async () => {
  const text = Buffer.from(`crmid,x\nC-1,"${'a'.repeat(70_000)}"\n`);
  const blocks = [...text].map((byte) => ({ bytes: Uint8Array.of(byte), isPlain: true }));
  for (const file of [new MemoryFile('a.csv.lz4', frameOf(blocks)), new MemoryFile('a.csv', text, 1)]) {
    const pieces = await piecesOf(file);
    expect(pieces.map(({ length }) => length)).toEqual([PIECE, text.length - PIECE]);
    expect(Buffer.concat(pieces).equals(text)).toBe(true);
  }
});

test('bytes are the same however they come, and are never those of a piece before', async () => {
  const sizes = fc.array(fc.oneof(fc.nat(9), fc.integer({ min: 60_000, max: 140_000 })), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, async (lengths) => {
      const chunks = lengths.map((length, i) => Buffer.alloc(length, i + 1));
      async function* coming(): AsyncGenerator<Uint8Array> {
        for (const chunk of chunks) {
          const own = Buffer.from(chunk);
          yield own;
          // Whoever gives bytes may write over them when more are asked for, unless they are a piece already.
          if (own.length < PIECE) own.fill(0);
        }
      }
      const pieces: Uint8Array[] = [];
      for await (const piece of inPieces(coming())) pieces.push(piece);
      const all = Buffer.concat(chunks);
      expect(Buffer.concat(pieces).equals(all)).toBe(true);
      expect(pieces.map(({ length }) => length)).toEqual(
        Array.from({ length: Math.ceil(all.length / PIECE) }, (_, i) =>
          Math.min(PIECE, all.length - i * PIECE),
        ),
      );
    }),
    { numRuns: 60 },
  );
});

test('a block refers to what stands as far before it as it can, wherever blocks were cut', async () => {
  // A match of four bytes, 65,535 bytes back, behind no literals; then the last literal.
  const far = { bytes: Uint8Array.of(0x00, 0xff, 0xff, 0x10, 0x21), isPlain: false };
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed & 0xff;
  };
  let text = Buffer.from(Array.from({ length: PIECE }, random));
  const blocks = [{ bytes: text, isPlain: true }];
  for (let i = 0; i < 40; i++) {
    const some = Buffer.from(Array.from({ length: 9_000 }, random));
    text = Buffer.concat([text, some]);
    const again = Buffer.concat([
      text.subarray(text.length - 65_535, text.length - 65_531),
      Buffer.from([0x21]),
    ]);
    text = Buffer.concat([text, again]);
    blocks.push({ bytes: some, isPlain: true }, { bytes: Buffer.from(far.bytes), isPlain: false });
  }
  const pieces = await piecesOf(new MemoryFile('a.lz4', frameOf(blocks)));
  expect(Buffer.concat(pieces).equals(text)).toBe(true);
});
