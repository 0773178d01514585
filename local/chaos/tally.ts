import type { EndingName } from '../../shared/core/ports.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.js';
import type { Violation } from './judge.js';
import type { Scenario } from './scenario.js';
import type { Outcome } from './slice.js';

/** A scenario that broke a promise. */
export interface Failure {
  readonly scenario: Scenario;
  readonly violations: readonly Violation[];
}

/** What many scenarios came to, in sum. */
export interface Tally {
  slices: number;
  /** Distinct events; each is published several times. */
  events: number;
  messages: number;
  /** Records of all messages, each message counted once: what the endings must sum to. */
  records: number;
  readonly endings: Record<EndingName, number>;
  lost: number;
  doubled: number;
  wrong: number;
  readonly faults: Record<FaultKind, number>;
  /** Batches handed to the pipeline, and records in them, redeliveries included. */
  invocations: number;
  delivered: number;
  /** Requests that reached the CRM with rows, and rows it wrote. */
  calls: number;
  rows: number;
  /** Rows written again because nobody could know what they held. */
  excused: number;
  /** Simulated time, milliseconds. */
  virtualMs: number;
  readonly failures: Failure[];
}

/** Nothing yet. */
export const emptyTally = (): Tally => ({
  slices: 0,
  events: 0,
  messages: 0,
  records: 0,
  endings: emptyEndings(),
  lost: 0,
  doubled: 0,
  wrong: 0,
  // Every key is of the closed list.
  faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
  invocations: 0,
  delivered: 0,
  calls: 0,
  rows: 0,
  excused: 0,
  virtualMs: 0,
  failures: [],
});

function addTo<K extends string>(sums: Record<K, number>, counts: Readonly<Record<K, number>>): void {
  // Both have the same closed list of keys.
  for (const name of Object.keys(sums) as K[]) sums[name] += counts[name];
}

/** Adds what one scenario came to. */
export function count(tally: Tally, outcome: Outcome): void {
  const { scenario, violations, repeats, crm } = outcome;
  tally.slices += 1;
  tally.events += scenario.only?.length ?? scenario.events;
  tally.messages += outcome.messages;
  tally.records += outcome.records;
  addTo(tally.endings, outcome.endings);
  addTo(tally.faults, outcome.faults);
  for (const { kind } of violations) tally[kind] += 1;
  tally.invocations += outcome.invocations;
  tally.delivered += outcome.delivered;
  tally.calls += crm.calls;
  tally.rows += crm.rows;
  tally.excused += repeats.excused;
  tally.virtualMs += outcome.virtualMs;
  if (violations.length > 0) tally.failures.push({ scenario, violations });
}
