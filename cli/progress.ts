import { plural } from '../shared/core/plural.js';
import { bar, rateOf, statusLine } from './status-line.js';
import type { World } from './world.js';

/** How far the reading of files has come, in one line on a terminal; silent where there is none. */
export interface Progress {
  /** More bytes have been read, of the total that is known, or not. */
  bytes(count: number): void;
  records(count: number): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Shows progress on standard error; `total` is the size of all files in bytes, where that is known. */
export function progressOn({ screen, err, clock }: World, total: number | undefined): Progress {
  const line = statusLine({ isTerminal: screen.err, err, now: clock.now });
  const begun = clock.now();
  let [bytes, records] = [0, 0];
  const text = (): string => {
    const far = total ? bar(bytes / total) : megabytes(bytes);
    return `${far}  ${plural(records, 'record')}, ${rateOf(records, clock.now() - begun)} a second`;
  };
  return {
    bytes(count) {
      bytes += count;
      line.show(text);
    },
    records(count) {
      records += count;
      line.show(text);
    },
    clear: line.clear,
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
