import { AsyncLocalStorage } from 'node:async_hooks';
import { Fault } from '../core/fault.js';
import type { Log } from '../core/ports.js';
import type { EndedSpan, SpanFacts, SpanName, SpanSink } from '../core/spans.js';
import { type Parent, parentIn, traceparentOf } from './parent.js';

/** What traces are made with. */
export interface TracingOptions {
  readonly sink: SpanSink;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** So many random bytes as hexadecimal digits. */
  readonly randomHex: (bytes: number) => string;
  /** Of so many traces, 0 to 1, where nobody before us has decided. */
  readonly share: number;
  /** The parent of whatever begins now, where the platform tells it so (Lambda's environment). */
  readonly around: () => string | undefined;
  readonly log: Log;
}

/** Takes down what happens when, and how long it took. All of it costs nothing outside of a trace. */
export interface Tracing {
  /** Begins a trace, or goes on with the one that `traceparent` names; sends it when the work is done. Never fails the work. */
  trace<T>(
    traceparent: string | undefined,
    facts: SpanFacts,
    work: () => Promise<T>,
    outcome: (result: T) => SpanFacts,
  ): Promise<T>;
  /** A span around a piece of work, within the one that is open. */
  span<T>(
    name: SpanName,
    facts: SpanFacts,
    work: () => Promise<T>,
    outcome: (result: T) => SpanFacts,
  ): Promise<T>;
  /** A span from the beginning of the one that is open until now. */
  untilNow(name: SpanName): void;
  /** Says more of the span that is open. */
  note(facts: SpanFacts): void;
  /** The trace that is being taken down, if one is. */
  traceId(): string | undefined;
  /** The header by which others go on with the span that is open, as children of it. */
  traceparent(): string | undefined;
}

/** Most spans within a batch that are sent: one of very many requests must not cost more than it tells. */
const MOST_SPANS = 500;
/** For so long nothing is sent after sending failed, milliseconds: each try may take seconds of an invocation. */
const QUIET_MS = 60_000;

interface Open {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: SpanName;
  readonly start: number;
  readonly trace: { readonly id: string; readonly ended: EndedSpan[]; dropped: number };
  facts: SpanFacts;
}

const codeOf = (error: unknown): SpanFacts => (error instanceof Fault ? { code: error.code } : {});

/** The same for the same trace in every process: the last 32 bits of its id, which are random in both formats. */
const chanceOf = (traceId: string): number => Number.parseInt(traceId.slice(-8), 16) / 2 ** 32;

function endedOf({ id, parentId, name, start, trace, facts }: Open, end: number, failed: boolean): EndedSpan {
  return {
    traceId: trace.id,
    spanId: id,
    ...(parentId !== undefined && { parentId }),
    name,
    start,
    end: Math.max(start, end),
    failed: failed || facts.code !== undefined,
    facts,
  };
}

/** Traces of this process. What is open travels along with asynchronous work, so batches that run at once do not mix. */
export function createTracing({ sink, now, randomHex, share, around, log }: TracingOptions): Tracing {
  const current = new AsyncLocalStorage<Open>();
  let quietUntil = Number.NEGATIVE_INFINITY;

  /** X-Ray wants the time of its beginning in the id of a trace; for others any id will do. */
  const newTrace = (): string =>
    Math.floor(now() / 1000)
      .toString(16)
      .padStart(8, '0')
      .slice(-8) + randomHex(12);

  const begin = (name: SpanName, facts: SpanFacts, trace: Open['trace'], parentId?: string): Open => ({
    id: randomHex(8),
    parentId,
    name,
    start: now(),
    trace,
    facts,
  });

  function end(open: Open, failed: boolean): void {
    const { ended } = open.trace;
    if (ended.length < MOST_SPANS) ended.push(endedOf(open, now(), failed));
    else open.trace.dropped += 1;
  }

  /** Runs work within an open span and takes in what came of it; `done` is told whether it failed. */
  async function run<T>(
    open: Open,
    work: () => Promise<T>,
    outcome: (result: T) => SpanFacts,
    done: (failed: boolean) => void,
  ): Promise<T> {
    try {
      const result = await current.run(open, work);
      open.facts = { ...open.facts, ...outcome(result) };
      done(false);
      return result;
    } catch (error) {
      open.facts = { ...open.facts, ...codeOf(error) };
      done(true);
      throw error;
    }
  }

  async function send(spans: readonly EndedSpan[]): Promise<void> {
    if (now() < quietUntil) return;
    const why = await sink.send(spans);
    if (why === undefined) return;
    quietUntil = now() + QUIET_MS;
    log.write('warn', 'traces.unsent', { why, spans: spans.length });
  }

  const isTaken = (traceId: string, parent: Parent | undefined): boolean =>
    parent?.sampled ?? chanceOf(traceId) < share;

  return {
    async trace(traceparent, facts, work, outcome) {
      const parent = parentIn(traceparent ?? around());
      const id = parent?.traceId ?? newTrace();
      if (!isTaken(id, parent)) return work();
      const trace: Open['trace'] = { id, ended: [], dropped: 0 };
      const open = begin('batch', facts, trace, parent?.spanId);
      let last: EndedSpan | undefined;
      try {
        return await run(open, work, outcome, (failed) => {
          if (trace.dropped > 0) open.facts = { ...open.facts, dropped: trace.dropped };
          last = endedOf(open, now(), failed);
        });
      } finally {
        if (last) await send([last, ...trace.ended]);
      }
    },
    async span(name, facts, work, outcome) {
      const outer = current.getStore();
      if (!outer) return work();
      const open = begin(name, facts, outer.trace, outer.id);
      return run(open, work, outcome, (failed) => end(open, failed));
    },
    untilNow(name) {
      const outer = current.getStore();
      if (outer) end({ ...begin(name, {}, outer.trace, outer.id), start: outer.start }, false);
    },
    note(facts) {
      const open = current.getStore();
      if (open) open.facts = { ...open.facts, ...facts };
    },
    traceId: () => current.getStore()?.trace.id,
    traceparent() {
      const open = current.getStore();
      return open && traceparentOf({ traceId: open.trace.id, spanId: open.id });
    },
  };
}
