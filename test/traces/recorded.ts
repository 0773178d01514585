import type { EndedSpan } from '../../shared/core/spans.js';
import { type MemorySpans, memorySpans } from '../../shared/traces/memory.js';
import { tracedPipeline } from '../../shared/traces/traced.js';
import { createTracing, type TracingOptions } from '../../shared/traces/tracing.js';
import { world } from '../pipeline/hold-world.js';

const T0 = 1_790_000_000_000;

/** Tracing by a clock that stands unless it is moved, with ids that count. */
export function tracingOf(more: Partial<TracingOptions> = {}) {
  const spans: MemorySpans = memorySpans();
  const state = { now: T0, ids: 0 };
  const lines: Record<string, unknown>[] = [];
  const tracing = createTracing({
    sink: spans,
    now: () => state.now,
    randomHex: (bytes) => (++state.ids).toString(16).padStart(bytes * 2, '0'),
    share: 1,
    around: () => undefined,
    log: { write: (level, event, fields) => void lines.push({ level, event, ...fields }) },
    ...more,
  });
  return { tracing, spans, state, lines };
}

/** A pipeline between two fakes, of which traces are made. */
export function tracedWorld(
  more: Partial<TracingOptions> = {},
  options: Parameters<typeof world>[0] = {},
): ReturnType<typeof tracingOf> & {
  w: ReturnType<typeof world>;
  pipeline: ReturnType<typeof tracedPipeline>;
} {
  const traced = tracingOf(more);
  const w = world(options);
  return { ...traced, w, pipeline: tracedPipeline(w.deps, traced.tracing) };
}

/** A span as the writers get it. */
export const spanOf = (more: Partial<EndedSpan> = {}): EndedSpan => ({
  traceId: '5759e988bd862e3fe1be46a994272793',
  spanId: '53995c3f42cd8ad8',
  name: 'batch',
  start: T0,
  end: T0 + 1234,
  failed: false,
  facts: {},
  ...more,
});
