import type { BigIntStats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileEntry } from '../ports.js';
import { changed, replaced } from './names.js';
import type { Origin, Trouble } from './origin.js';

const PIECE = 256 * 1024;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error));

const entryOf = (name: string, { size, mtimeNs, mtimeMs }: BigIntStats): FileEntry => ({
  name,
  size: Number(size),
  at: Number(mtimeMs),
  version: `${size}-${mtimeNs}`,
});

async function* pieces(
  file: FileHandle,
  entry: FileEntry,
  [from, to]: readonly [number, number],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = from; at < to; ) {
    const length = Math.min(PIECE, to - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    // Whoever rewrites a file in place does so under our hands.
    const now = entryOf(entry.name, await file.stat({ bigint: true }));
    if (now.version !== entry.version || bytesRead === 0) throw replaced(entry.name);
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function diagnose(error: unknown, root: string): Trouble | undefined {
  const code = codeOf(error);
  if (!/^E[A-Z]+$/.test(code)) return undefined;
  const text = `the folder ${root} cannot be used (${code})`;
  return { text: `${text}: make it, or correct its path and its permissions`, passing: false };
}

/** Files of a folder of this machine, folders in it included; links are not followed. `root` is absolute. */
export function folderOrigin(root: string): Origin<readonly string[]> {
  const stat = async (name: string): Promise<FileEntry | undefined> => {
    try {
      const stats = await lstat(join(root, name), { bigint: true });
      return stats.isFile() ? entryOf(name, stats) : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return {
    what: `the folder ${root}`,
    async page(folders = ['']) {
      const [folder = '', ...rest] = folders;
      const found = await readdir(join(root, folder), { withFileTypes: true });
      const names = (kind: 'isFile' | 'isDirectory') =>
        found.filter((one) => one[kind]()).map((one) => `${folder}${one.name}`);
      const entries = await Promise.all(names('isFile').map(stat));
      const next = [...rest, ...names('isDirectory').map((name) => `${name}/`)];
      return {
        entries: entries.filter((entry) => entry !== undefined),
        ...(next.length > 0 && { next }),
      };
    },
    stat,
    async open(entry, from, to, signal) {
      const file = await open(join(root, entry.name)).catch((error: unknown) => {
        throw isMissing(error) ? changed(entry.name, 'is gone') : error;
      });
      // Also when nobody ever asks for the first piece, or stops before the last.
      const close = (): void => void file.close().catch(() => undefined);
      if (signal.aborted) close();
      signal.addEventListener('abort', close, { once: true });
      const now = entryOf(entry.name, await file.stat({ bigint: true }));
      if (now.version === entry.version) return pieces(file, entry, [from, to]);
      throw replaced(entry.name);
    },
    async put(name, bytes) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      // Whole or not at all, and ours by its name.
      const part = `${path}.part.tributary.json`;
      await writeFile(part, bytes);
      await rename(part, path);
    },
    diagnose: (error) => diagnose(error, root),
    close: async () => undefined,
  };
}
