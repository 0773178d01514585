/** What happened at the CRM since it was started. Token requests appear in `paths` only. */
export interface RequestLogSnapshot {
  /** Requests by method and path. */
  readonly paths: Readonly<Record<string, number>>;
  /** Requests to data paths, refused ones included. */
  readonly calls: number;
  /** Rows that were judged: `accepted` plus `rejected`. Rows of requests refused as a whole are not among them. */
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Most data requests that were open at one time. */
  readonly concurrentPeak: number;
  /** Rows that shared their external id with another row of the same request. */
  readonly duplicateKeys: number;
  /** Accepted rows that changed nothing: work done twice. */
  readonly repeatedWrites: number;
}

/** Counts requests and rows. */
export interface RequestLog {
  request(path: string): void;
  /** A data request begins; the function it gives ends it. */
  open(): () => void;
  rows(counts: { accepted: number; rejected: number; duplicateKeys: number; repeatedWrites: number }): void;
  snapshot(): RequestLogSnapshot;
}

/** A log with nothing in it. */
export function createRequestLog(): RequestLog {
  const paths = new Map<string, number>();
  const totals = {
    calls: 0,
    rows: 0,
    accepted: 0,
    rejected: 0,
    concurrentPeak: 0,
    duplicateKeys: 0,
    repeatedWrites: 0,
  };
  let current = 0;
  return {
    request: (path) => void paths.set(path, (paths.get(path) ?? 0) + 1),
    open() {
      totals.calls += 1;
      current += 1;
      totals.concurrentPeak = Math.max(totals.concurrentPeak, current);
      let ended = false;
      return () => {
        if (!ended) current -= 1;
        ended = true;
      };
    },
    rows({ accepted, rejected, duplicateKeys, repeatedWrites }) {
      totals.rows += accepted + rejected;
      totals.accepted += accepted;
      totals.rejected += rejected;
      totals.duplicateKeys += duplicateKeys;
      totals.repeatedWrites += repeatedWrites;
    },
    snapshot: () => ({ paths: Object.fromEntries(paths), ...totals }),
  };
}
