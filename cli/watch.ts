import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Clock } from '../shared/core/ports.js';

/** An editor writes a file in several steps; they count as one. */
const SETTLE_MS = 100;

/** Watches files, wherever they lie, and files that come beside them. */
export class Watch {
  private readonly folders = new Map<string, FSWatcher>();
  private readonly files = new Set<string>();
  private readonly isMeant: (name: string) => boolean;
  private changed = false;
  private wake: () => void = () => undefined;

  private readonly stop: AbortSignal;
  private readonly end = (): void => this.wake();

  /** `isMeant` says of the name of a file whether it counts although it is not watched by itself. */
  constructor(isMeant: (name: string) => boolean, stop: AbortSignal) {
    this.isMeant = isMeant;
    this.stop = stop;
    stop.addEventListener('abort', this.end);
  }

  /** Watches these files too. Folders are watched, not files: editors put a new file in the place of the old. */
  add(files: readonly string[]): void {
    for (const file of files.map((one) => resolve(one))) {
      this.files.add(file);
      const folder = dirname(file);
      if (this.folders.has(folder)) continue;
      const watcher = watch(folder, (_, name) => this.hear(folder, name));
      // A folder that goes away takes its files with it: the next run says which is missing.
      watcher.on('error', () => this.hear(folder, basename(file)));
      this.folders.set(folder, watcher);
    }
  }

  private hear(folder: string, name: string | null): void {
    if (name === null || this.files.has(resolve(folder, name)) || this.isMeant(name)) {
      this.changed = true;
      this.wake();
    }
  }

  /** True when something has changed since the last time; false when it is to stop. */
  async next(clock: Clock): Promise<boolean> {
    const { stop } = this;
    while (!this.changed && !stop.aborted) {
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
    }
    if (stop.aborted) return false;
    // Rejects when it is to stop meanwhile, which the next question finds out.
    await clock.sleep(SETTLE_MS, stop).catch(() => undefined);
    this.changed = false;
    return !stop.aborted;
  }

  close(): void {
    this.stop.removeEventListener('abort', this.end);
    for (const watcher of this.folders.values()) watcher.close();
    this.folders.clear();
  }
}
