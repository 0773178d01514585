import type { Clock } from '../../core/ports.js';
import type { FileEntry } from '../ports.js';
import { changed, replaced } from './names.js';
import type { Origin } from './origin.js';

interface Kept {
  readonly bytes: Uint8Array;
  readonly entry: FileEntry;
}

/** The files of one name; they live as long as the process. */
export interface MemoryFiles {
  readonly kept: Map<string, Kept>;
  /** Counts writes: no two contents have the same version. */
  writes: number;
}

const SHELVES = new Map<string, MemoryFiles>();

/** The files kept under a name by this process: for development and tests. */
export function memoryFiles(name: string): MemoryFiles {
  const shelf = SHELVES.get(name) ?? { kept: new Map(), writes: 0 };
  SHELVES.set(name, shelf);
  return shelf;
}

const PIECE = 64 * 1024;

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** Files in this process. */
export function memoryOrigin(name: string, prefix: string, clock: Pick<Clock, 'now'>): Origin {
  const files = memoryFiles(name);
  return {
    what: `the memory ${name}`,
    async page() {
      const entries = [...files.kept.values()].map(({ entry }) => entry);
      return { entries: entries.filter((entry) => entry.name.startsWith(prefix)) };
    },
    stat: async (path) => files.kept.get(path)?.entry,
    async open({ name: path, version }, from, to) {
      const kept = files.kept.get(path);
      if (kept === undefined) throw changed(path, 'is gone');
      if (kept.entry.version !== version) throw replaced(path);
      return pieces(kept.bytes.subarray(from, to));
    },
    async put(path, bytes) {
      const entry = { name: path, size: bytes.length, at: clock.now(), version: String(++files.writes) };
      files.kept.set(path, { bytes: Uint8Array.from(bytes), entry });
    },
    diagnose: () => undefined,
    close: async () => undefined,
  };
}
