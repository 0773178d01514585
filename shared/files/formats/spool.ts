import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plain } from './plain.js';
import { refused } from './refused.js';

/** Bytes that can be read from any place on. */
export interface RandomAccess {
  readonly byteLength: number;
  /** Exactly the bytes from `start` to before `end`. */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

async function write(plain: Plain, file: FileHandle, most: number): Promise<number> {
  let length = 0;
  for await (const chunk of plain.open()) {
    length += chunk.length;
    if (length > most)
      throw refused(
        `the Parquet file comes compressed or encrypted as a whole and has more than ${most} bytes; let Parquet compress itself, or raise the limit`,
      );
    await file.writeFile(chunk);
  }
  return length;
}

/**
 * Lays the bytes onto the disk, for whoever has to read them out of order. The file has no name from its first byte on: it is
 * gone when it is closed, or when the process ends, however that happens. Throws `file.refused` for more bytes than `most`.
 */
export async function spooled(plain: Plain, most: number, folder = tmpdir()): Promise<RandomAccess> {
  const path = join(folder, `tributary-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    const byteLength = await write(plain, file, most);
    return {
      byteLength,
      slice: (start, end = byteLength) => readAt(file, start, end),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readAt(file: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw refused('the Parquet file ends too soon: it was cut off');
    at += bytesRead;
  }
  return bytes.buffer;
}
