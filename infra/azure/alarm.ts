import type { Operand } from './expression.js';

/** An alarm: named and meant as on AWS; docs/operations.md has a runbook for each. */
export interface Alarm {
  readonly name: string;
  readonly says: string;
  /** Heading of docs/operations.md. */
  readonly runbook: string;
  /** Gives one row with the number `value`, or rows of which the largest counts. */
  readonly query: string;
  /** Rings above it. */
  readonly above: Operand;
  /** Minutes that are looked at, and how often. */
  readonly window: number;
  readonly every: number;
  /** 1 error, 2 warning. https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview */
  readonly severity: 1 | 2;
}

/** In how many spans of five minutes there was a row: more than two are a quarter of an hour without end, as three periods on AWS. */
export const spans = (query: string): string =>
  `${query}\n| summarize value = dcount(bin(TimeGenerated, 5m))`;

/** Above it: the whole time that is looked at, when that is a quarter of an hour. */
export const ALL_THE_TIME = 2;
