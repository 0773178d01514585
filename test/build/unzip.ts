import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/** Unpacks a zip without 64-bit lengths, as osls writes them: stored or deflated files and no links. */
export async function unzip(zip: string, into: string): Promise<void> {
  const bytes = await readFile(zip);
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== END) end -= 1;
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error(`${zip} is no zip that can be read here`);
    const method = bytes.readUInt16LE(at + 10);
    const packed = bytes.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const path = bytes.toString('utf8', at + 46, at + 46 + (name ?? 0));
    const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(begin, begin + packed);
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    if (path.endsWith('/')) continue;
    await mkdir(dirname(join(into, path)), { recursive: true });
    await writeFile(join(into, path), method === 0 ? data : inflateRawSync(data));
  }
}
