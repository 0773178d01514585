import type { World } from './world.js';

/** How far the reading of files has come, in one line on a terminal; silent where there is none. */
export interface Progress {
  /** More bytes have been read, of the total that is known, or not. */
  bytes(count: number): void;
  records(count: number): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

const SILENT: Progress = { bytes: () => undefined, records: () => undefined, clear: () => undefined };

/** Times a second are enough for the eye, and cost nothing. */
const EVERY_MS = 100;
const WIDTH = 30;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function bar(share: number): string {
  const full = Math.min(WIDTH, Math.round(share * WIDTH));
  return `${'#'.repeat(full)}${'.'.repeat(WIDTH - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}

/** Shows progress on standard error; `total` is the size of all files in bytes, where that is known. */
export function progressOn({ screen, err, clock }: World, total: number | undefined): Progress {
  if (!screen.err) return SILENT;
  const begun = clock.now();
  let [bytes, records, shownAt] = [0, 0, 0];
  let isShown = false;
  const show = (): void => {
    const now = clock.now();
    if (now - shownAt < EVERY_MS) return;
    shownAt = now;
    isShown = true;
    const rate = Math.round(records / Math.max(0.001, (now - begun) / 1000));
    const far = total ? bar(bytes / total) : megabytes(bytes);
    err(`\r\u001b[K${far}  ${records} records, ${rate} a second`);
  };
  return {
    bytes(count) {
      bytes += count;
      show();
    },
    records(count) {
      records += count;
      show();
    },
    clear() {
      if (isShown) err('\r\u001b[K');
      isShown = false;
    },
  };
}

/** Bytes to come, if that is known of all sources. */
export const totalOf = (sources: readonly { readonly size?: number }[]): number | undefined => {
  let total = 0;
  for (const { size } of sources) {
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
};
