import type { EndedSpan, SpanSink } from '../core/spans.js';

/** Spans of this process, for tests and consoles. */
export interface MemorySpans extends SpanSink {
  /** Oldest trace first; of each trace the batch first. */
  all(): readonly EndedSpan[];
}

/** Remembers the latest `keep` spans. */
export function memorySpans(keep = 10_000): MemorySpans {
  let spans: readonly EndedSpan[] = [];
  return {
    async send(some) {
      spans = [...spans, ...some].slice(-keep);
      return undefined;
    },
    all: () => spans,
  };
}

const provided = new Map<string, SpanSink>();

/** Makes a sink known by a name, so that functions of this process can be told to send to it. */
export function provideSpans(name: string, sink: SpanSink): void {
  provided.set(name, sink);
}

/** What was provided by that name, if anything was. */
export const spansNamed = (name: string): SpanSink | undefined => provided.get(name);
