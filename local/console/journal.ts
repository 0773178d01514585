/** Which rows changed, in order, so that each page can be told what it has not heard. */
export interface Journal {
  note(n: number): void;
  /** Changes so far. */
  readonly length: number;
  /** The numbers that changed since, each once; undefined when that is too long ago to be known. */
  since(change: number): ReadonlySet<number> | undefined;
}

/** Remembers at least the latest `keep` changes. */
export function createJournal(keep: number): Journal {
  const changed: number[] = [];
  let gone = 0;
  return {
    note(n) {
      changed.push(n);
      if (changed.length >= 2 * keep) gone += changed.splice(0, keep).length;
    },
    get length() {
      return gone + changed.length;
    },
    since: (change) => (change < gone ? undefined : new Set(changed.slice(change - gone))),
  };
}
