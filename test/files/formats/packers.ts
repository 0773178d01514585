import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import BZip2 from 'bzip2-wasm';
import { compressBlock, compressBound, compress as lz4Frame, makeBuffer } from 'lz4js';
import { compress as snappyBlock } from 'snappyjs';
import { maskedCrc } from '../../../shared/files/formats/snappy.js';

/** What wraps bytes, with the name's ending. `hasEnd`: whether a cut between its parts shows. */
export interface Packer {
  readonly name: string;
  readonly ending: string;
  readonly hasEnd: boolean;
  readonly pack: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array;
}

function* cut(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Level 1: blocks of 100,000 bytes, so that there are several. */
async function bzip2(bytes: Uint8Array): Promise<Uint8Array> {
  const packer = new BZip2();
  await packer.init();
  return packer.compress(bytes, 1, bytes.length + 1000);
}

/** Snappy's framing format. */
function snappyFrames(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('\xff\x06\0\0sNaPpY', 'latin1')];
  for (const piece of cut(bytes, 300)) {
    const packed = snappyBlock(piece);
    const isSmaller = packed.length < piece.length;
    const body = isSmaller ? packed : piece;
    const head = Buffer.alloc(8);
    head.writeUInt32LE(((body.length + 4) << 8) | (isSmaller ? 0 : 1));
    head.writeUInt32LE(maskedCrc(piece), 4);
    parts.push(head, body);
  }
  return Buffer.concat(parts);
}

/** What Hadoop's BlockCompressorStream writes: a length, then chunks with theirs. */
function hadoop(bytes: Uint8Array, packBlock: (piece: Uint8Array) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const block of cut(bytes, 1000)) {
    parts.push(uint32(block.length));
    for (const chunk of cut(block, 400)) {
      const packed = packBlock(chunk);
      parts.push(uint32(packed.length), packed);
    }
  }
  return Buffer.concat(parts);
}

function lz4Block(bytes: Uint8Array): Uint8Array {
  const to = makeBuffer(compressBound(bytes.length));
  const length = compressBlock(bytes, to, 0, bytes.length, new Uint32Array(1 << 16));
  if (length > 0) return to.subarray(0, length);
  // A block of nothing but literals, as the library's frames would rather not compress at all.
  const more =
    bytes.length >= 15
      ? [...new Uint8Array(Math.floor((bytes.length - 15) / 255)).fill(255), (bytes.length - 15) % 255]
      : [];
  return Buffer.concat([Buffer.from([Math.min(15, bytes.length) << 4, ...more]), bytes]);
}

/** Every compression that is undone. */
export const PACKERS: readonly Packer[] = [
  { name: 'gzip', ending: '.gz', hasEnd: true, pack: (bytes) => gzipSync(bytes) },
  {
    name: 'gzip of several members',
    ending: '',
    hasEnd: false,
    pack: (bytes) => Buffer.concat([...cut(bytes, 700)].map((piece) => gzipSync(piece))),
  },
  { name: 'bzip2', ending: '.bz2', hasEnd: true, pack: bzip2 },
  { name: 'LZ4', ending: '.lz4', hasEnd: true, pack: (bytes) => lz4Frame(bytes) },
  { name: 'LZ4 of Hadoop', ending: '.lz4', hasEnd: false, pack: (bytes) => hadoop(bytes, lz4Block) },
  { name: 'snappy', ending: '.sz', hasEnd: false, pack: snappyFrames },
  { name: 'snappy of Hadoop', ending: '.snappy', hasEnd: false, pack: (bytes) => hadoop(bytes, snappyBlock) },
  { name: 'deflate', ending: '.deflate', hasEnd: true, pack: (bytes) => deflateSync(bytes) },
  {
    name: 'deflate without a header',
    ending: '.deflate',
    hasEnd: true,
    pack: (bytes) => deflateRawSync(bytes),
  },
];
