import type { Audit, AuditOfBatch } from '../core/audit.js';
import type { CompiledRules } from '../core/compiled.js';
import type { Inflate } from '../core/envelope.js';
import type { DeadLetters, Parking } from '../core/kept.js';
import type { Metrics } from '../core/metrics.js';
import type { Marks } from '../core/outdated.js';
import type {
  Clock,
  Ending,
  Log,
  Message,
  Observer,
  Pipeline,
  RunOptions,
  Settlement,
  StateStore,
} from '../core/ports.js';
import type { ProfileExport } from '../core/profile.js';
import type { Connector } from '../core/remote.js';
import { type Breaker, createBreaker } from './breaker.js';
import { correlated, correlationOf } from './correlate.js';
import { decodeMessage, type Entry, profilesOf } from './decode.js';
import { buryUnreadable, type Patience } from './keep.js';
import { type Counts, countFaults, countLedger, emptyCounts } from './ledger.js';
import { measure } from './measure.js';
import { createMeter, type Meter } from './meter.js';
import { levelOf, logRefused } from './refusal.js';
import { settlePersons } from './settle.js';
import { logShadows } from './shadow.js';
import { requestsIn } from './tally.js';

/** How hard one invocation tries before it lets go. */
export interface Tuning {
  /** Sends of one chunk, the first included. */
  readonly attempts: number;
  /** First and largest back-off, milliseconds; full jitter in between. */
  readonly baseMs: number;
  readonly capMs: number;
  /** Requests under way at once, per connection. */
  readonly parallelCalls: number;
  /** Lease on a person while something is sent for them, milliseconds. After a crash they wait this long. */
  readonly leaseMs: number;
  /** No request is begun this close to the end of the lease, milliseconds: longer than one may take. */
  readonly callMs: number;
  /** How long to wait for a person somebody else is sending for, milliseconds. */
  readonly patienceMs: number;
  /** After how many days another id of a person is looked at again: what leads from there must not expire first. */
  readonly recheckDays: number;
}

export const TUNING: Tuning = {
  attempts: 3,
  baseMs: 200,
  capMs: 5_000,
  parallelCalls: 4,
  leaseMs: 180_000,
  // A login, a request, and both again after a 401: 10 + 30 + 10 + 30 seconds.
  callMs: 80_000,
  patienceMs: 10_000,
  recheckDays: 30,
};

/** Everything the pipeline needs of the outside. */
export interface PipelineDeps {
  readonly rules: CompiledRules;
  /** Says which rules hold for a batch, by what is in it; `rules` unless given. They address persons in the same way. */
  readonly rulesFor?: (profiles: readonly ProfileExport[]) => Promise<CompiledRules>;
  readonly store: StateStore;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly parking: Parking;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: Observer;
  readonly metrics: Metrics;
  /** Where it is written down why things changed; nowhere unless given. */
  readonly audit?: Audit;
  readonly inflate: Inflate;
  /** Unique per run: names the lease. */
  readonly newId: () => string;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  /** One-way name of a person for logs. */
  readonly pseudonym: (person: string) => string;
  readonly tuning?: Partial<Tuning>;
  /** When a record that is parked over and over becomes a dead letter. */
  readonly patience?: Patience;
}

/** One run of one batch: what its steps share. */
export interface Run {
  readonly deps: PipelineDeps;
  readonly options: RunOptions;
  readonly tuning: Tuning;
  readonly id: string;
  readonly signal: AbortSignal;
  readonly counts: Counts;
  readonly endings: Map<Entry, Ending>;
  /** The breaker of a connection; all runs of a process share it. */
  readonly breaker: (connection: string) => Breaker;
  /** Of the connections whose calls are limited; all runs of a process share them. */
  readonly meters: ReadonlyMap<string, Meter>;
  readonly startedAt: number;
  /** Where it is written down why things change, if anywhere. */
  readonly audit: AuditOfBatch | undefined;
  /** Epoch milliseconds at which the leases taken last run out. */
  leaseEnd: number;
  /** What somebody has asked to forget, as read with the persons. */
  marks: Marks;
  /** Targets that something was sent to for a record, by this run. */
  readonly sent: Map<Entry, Set<string>>;
}

const NEVER = new AbortController().signal;

/** True once no new work may be started. */
export const isOver = ({ deps, options, signal }: Run): boolean =>
  signal.aborted || (options.deadline !== undefined && deps.clock.now() >= options.deadline);

/**
 * The last instant at which a request may be begun, so that it ends within the invocation and within the lease. An
 * invocation too short for a request of full length uses half of itself.
 */
export function lastCall({ options: { deadline }, tuning: { callMs }, leaseEnd, startedAt }: Run): number {
  const leased = leaseEnd - callMs;
  return deadline === undefined
    ? leased
    : Math.min(leased, deadline - Math.min(callMs, (deadline - startedAt) / 2));
}

/** True once no request may be begun any more. */
export const isLate = (run: Run): boolean => run.signal.aborted || run.deps.clock.now() >= lastCall(run);

function breakersOf({ clock, random }: PipelineDeps): Run['breaker'] {
  const breakers = new Map<string, Breaker>();
  return (connection) => {
    const known = breakers.get(connection) ?? createBreaker({ now: clock.now, random });
    breakers.set(connection, known);
    return known;
  };
}

function settlementOf(message: Message, entries: readonly Entry[], run: Run): Settlement {
  const endings = entries.map((entry) => {
    const ending = run.endings.get(entry);
    if (!ending) throw new Error(`record ${message.id}#${entry.record} was left without an ending`);
    return ending;
  });
  return { id: message.id, settled: endings.every(({ name }) => name !== 'held'), endings };
}

/**
 * The whole story of a batch: decode → advance → plan → deliver → settle. Gives one settlement per message, in order,
 * and in it one ending per record. Throws only when the program itself is broken; then the source delivers all again.
 */
export function createPipeline(deps: PipelineDeps): Pipeline {
  const breaker = breakersOf(deps);
  const meters = new Map(
    [...deps.rules.quotas].map(([name, limits]) => [name, createMeter(name, limits, deps)]),
  );
  return {
    async run(messages, options) {
      const startedAt = deps.clock.now();
      deps.observer.began?.(messages);
      const entries = messages.map((message) => decodeMessage(message, deps));
      const all = entries.flat();
      const rules = (await deps.rulesFor?.(profilesOf(all))) ?? deps.rules;
      const id = deps.newId();
      const log = correlated(deps.log, correlationOf(id, messages, options));
      const run: Run = {
        deps: { ...deps, rules, log },
        ...{ options, id, breaker, meters, startedAt },
        tuning: { ...TUNING, ...deps.tuning },
        signal: options.signal ?? NEVER,
        audit: deps.audit?.begin(options.signal, options.deadline),
        counts: emptyCounts(),
        endings: new Map(),
        leaseEnd: Number.POSITIVE_INFINITY,
        marks: new Map(),
        sent: new Map(),
      };
      await buryUnreadable(all, run);
      await settlePersons(all, run);
      const settlements = messages.map((message, i) => settlementOf(message, entries[i] ?? [], run));
      const ledger = countLedger(messages.length, all.length, settlements, run.counts);
      // Out of the retry queue several may come together.
      const source = [...new Set(messages.map((message) => message.source))].join(' ') || 'none';
      const waitedMs = messages.reduce((longest, { at }) => Math.max(longest, startedAt - at), 0);
      const faults = countFaults(settlements);
      log.write(levelOf(ledger), 'batch', {
        source,
        waitedMs,
        ...ledger,
        faults,
        requests: requestsIn(run.counts),
      });
      logRefused(messages, settlements, run);
      logShadows(source, run);
      deps.metrics.record(measure(messages, ledger, waitedMs, faults, run), run.id);
      const replayed = messages.some(({ attempts }) => attempts !== undefined);
      deps.observer.batch({ source, replayed, ledger, settlements });
      return settlements;
    },
  };
}
