import type { FaultCode } from '../core/fault.js';

/** What one run did at one connection. */
export interface Tally {
  calls: number;
  retries: number;
  rows: number;
  accepted: number;
  /** How long each call took, milliseconds. */
  readonly ms: number[];
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
  const known = connections.get(connection) ?? { calls: 0, retries: 0, rows: 0, accepted: 0, ms: [] };
  connections.set(connection, known);
  return known;
}

/** Counts that a connection failed as a whole. */
export const countFailure = ({ failures }: Tallies, code: FaultCode): void =>
  void failures.set(code, (failures.get(code) ?? 0) + 1);
