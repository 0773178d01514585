import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw, type Zlib } from 'node:zlib';
import type { Undo } from './intake.js';
import { refused } from './refused.js';

const OPTIONS = { chunkSize: 65_536 };

/** Undoes what zlib knows. What goes on behind the end of the data was not written so. */
const undoBy = (make: () => Transform & Zlib, mayGoOn: boolean): Undo =>
  async function* undo(chunks) {
    let [read, isOver] = [0, false];
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        read += chunk.length;
        yield chunk;
      }
      isOver = true;
    }
    const engine = make();
    // Who reads hears of the error by reading.
    pipeline(Readable.from(counted(), { objectMode: false, highWaterMark: 65_536 }), engine, () => undefined);
    for await (const chunk of engine) yield chunk as Buffer; // what zlib gives without an encoding
    if (!mayGoOn && !(isOver && engine.bytesWritten === read))
      throw refused('the compressed data ends before the file does');
  };

/** gzip, all of its members; zeros behind the last one are padding. */
export const gunzip: Undo = undoBy(() => createGunzip(OPTIONS), true);

/** What Hadoop calls deflate and the standards zlib: with a header and a checksum. */
export const inflateZlib: Undo = undoBy(() => createInflate(OPTIONS), false);

/** Deflate with nothing around it. */
export const inflateRaw: Undo = undoBy(() => createInflateRaw(OPTIONS), false);
