import type { FaultCode } from '../core/fault.js';
import type { Outcome } from '../core/remote.js';

/** What one run did at one connection. */
export interface Tally {
  calls: number;
  retries: number;
  rows: number;
  accepted: number;
  /** How long each call took, milliseconds. */
  readonly ms: number[];
  /** What the target calls the first of them. */
  readonly requests: string[];
}

/** Counted for the metrics alone: the ledger has sums over all connections. */
export interface Tallies {
  readonly connections: Map<string, Tally>;
  /** How often a connection failed as a whole, by reason. */
  readonly failures: Map<FaultCode, number>;
}

/** Nothing counted yet. */
export const emptyTallies = (): Tallies => ({ connections: new Map(), failures: new Map() });

/** The tally of a connection; begins with nothing. */
export function tallyOf({ connections }: Tallies, connection: string): Tally {
  const known = connections.get(connection) ?? {
    calls: 0,
    retries: 0,
    rows: 0,
    accepted: 0,
    ms: [],
    requests: [],
  };
  connections.set(connection, known);
  return known;
}

/** Most names of requests that a batch's line has of one connection. */
const MOST_NAMED = 10;

/** Takes in what the target called a request, as far as it says so. */
export function noteRequest({ requests }: Tally, outcomes: readonly Outcome[]): void {
  const id = outcomes.find(({ requestId }) => requestId !== undefined)?.requestId;
  if (id !== undefined && requests.length < MOST_NAMED) requests.push(id);
}

/** What the targets call the requests of a batch, by connection. */
export const requestsIn = ({
  tallies,
}: {
  readonly tallies: Tallies;
}): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    [...tallies.connections].flatMap(([name, { requests }]) =>
      requests.length > 0 ? [[name, requests]] : [],
    ),
  );

/** Counts that a connection failed as a whole. */
export const countFailure = ({ failures }: Tallies, code: FaultCode): void =>
  void failures.set(code, (failures.get(code) ?? 0) + 1);
