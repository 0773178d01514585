import { BitReader } from './bzip2-bits.js';
import { readBlock } from './bzip2-block.js';
import { damaged } from './bzip2-codes.js';
import { byIntake, type Intake, type Undo } from './intake.js';

/** More than any block may have, compressed: 900,000 symbols of 20 bits, and its codes. */
const SIGHT = 2_500_000;

/** A stream begins with its magic and the size of its blocks, 1 to 9. */
async function blockSize(intake: Intake): Promise<number> {
  const [b, z, h, level = 0] = await intake.take(4);
  const size = level - 0x30;
  if (b !== 0x42 || z !== 0x5a || h !== 0x68 || size < 1 || size > 9) throw damaged();
  return size * 100_000;
}

async function* stream(intake: Intake): AsyncGenerator<Uint8Array> {
  const most = await blockSize(intake);
  // Blocks begin at any bit.
  let [from, sum] = [0, 0];
  for (;;) {
    await intake.fill(SIGHT);
    const bits = new BitReader(intake.bytes, from);
    const magic = bits.read(24).toString(16) + bits.read(24).toString(16).padStart(6, '0');
    if (magic === '177245385090') {
      const wanted = bits.read32();
      intake.drop(Math.ceil(bits.position / 8));
      if (wanted !== sum) throw damaged();
      return;
    }
    // Throws when the bytes ended within the magic.
    if (bits.position > 0 && magic !== '314159265359') throw damaged();
    const block = readBlock(bits, most);
    const { position } = bits;
    intake.drop(position >>> 3);
    from = position & 7;
    for (const piece of block.bytes()) yield piece;
    sum = (((sum << 1) | (sum >>> 31)) ^ block.crc) >>> 0;
  }
}

/** bzip2, all of its streams, with every checksum. */
export const undoBzip2: Undo = byIntake(async function* streams(intake) {
  while (!(await intake.isEmpty())) yield* stream(intake);
});
