import type { Result } from '../core/fault.js';
import type { KeptMessage } from '../core/kept.js';
import type { Log, Pipeline, Settlement, StateStore, Versioned, WriteAnswer } from '../core/ports.js';
import type { Connector, Outcome } from '../core/remote.js';
import type { SpanFacts } from '../core/spans.js';
import { doorOf } from '../pipeline/measure.js';
import { createPipeline, type PipelineDeps } from '../pipeline/run.js';
import type { Tracing } from './tracing.js';

const nothing = (): SpanFacts => ({});

/** The first reason why one of them could not be read. */
function unread(found: ReadonlyMap<string, Result<Versioned>>): SpanFacts {
  for (const one of found.values()) if (!one.ok) return { code: one.fault.code };
  return {};
}

/** The first reason why one of them was not taken. A race that was lost is none. */
function unwritten(answers: readonly WriteAnswer[]): SpanFacts {
  for (const one of answers) if (!one.ok && one.reason === 'refused') return { code: one.fault.code };
  return {};
}

const tracedStore = (store: StateStore, tracing: Tracing): StateStore => ({
  kind: store.kind,
  read: (ids, ...rest) =>
    tracing.span('state.read', { count: ids.length }, () => store.read(ids, ...rest), unread),
  write: (writes, ...rest) =>
    tracing.span('state.write', { count: writes.length }, () => store.write(writes, ...rest), unwritten),
});

/** What a request came to: how many rows were taken, what the target calls it, and why it failed if it did. */
function told(outcomes: readonly Outcome[]): SpanFacts {
  const requestId = outcomes.find((outcome) => outcome.requestId !== undefined)?.requestId;
  const fault = outcomes.flatMap((outcome) => ('fault' in outcome ? outcome.fault : []))[0];
  return {
    accepted: outcomes.filter(({ kind }) => kind === 'accepted').length,
    ...(requestId !== undefined && { requestId }),
    ...(fault && { code: fault.code }),
  };
}

const tracedConnector = (connection: string, connector: Connector, tracing: Tracing): Connector => ({
  ...connector,
  send(actions, signal) {
    const [first] = actions;
    const kind = first && { operation: first.operation, object: first.object };
    const facts = { connection, rows: actions.length, ...kind };
    return tracing.span('send', facts, () => connector.send(actions, signal), told);
  },
});

/** The log, whose lines name the trace they belong to. */
const tracedLog = (log: Log, tracing: Tracing): Log => ({
  write(level, event, fields) {
    const trace = tracing.traceId();
    log.write(level, event, trace === undefined ? fields : { ...fields, trace });
  },
});

function ended(settlements: readonly Settlement[]): SpanFacts {
  const endings: Record<string, number> = {};
  const all = settlements.flatMap((settlement) => settlement.endings);
  for (const { name } of all) endings[name] = (endings[name] ?? 0) + 1;
  return { records: all.length, endings };
}

/** A pipeline of which traces are made: the same in every other way. What it is made of is wrapped, so that nothing of it has to know. */
export function tracedPipeline(deps: PipelineDeps, tracing: Tracing): Pipeline {
  const { store, connectors, parking, deadLetters, rulesFor, newId } = deps;
  const keep =
    (name: 'park' | 'bury', work: (items: readonly KeptMessage[]) => Promise<void>) =>
    (items: readonly KeptMessage[]) =>
      tracing.span(name, { count: items.length }, () => work(items), nothing);
  const pipeline = createPipeline({
    ...deps,
    store: tracedStore(store, tracing),
    connectors: new Map([...connectors].map(([name, one]) => [name, tracedConnector(name, one, tracing)])),
    parking: { park: keep('park', (items) => parking.park(items)) },
    deadLetters: { bury: keep('bury', (items) => deadLetters.bury(items)) },
    log: tracedLog(deps.log, tracing),
    rulesFor: async (profiles) => {
      tracing.untilNow('decode');
      return (await rulesFor?.(profiles)) ?? deps.rules;
    },
    newId() {
      const batch = newId();
      tracing.note({ batch });
      return batch;
    },
  });
  return {
    run: (messages, options) =>
      tracing.trace(
        options.traceparent,
        { door: doorOf(messages), messages: messages.length },
        () => pipeline.run(messages, options),
        ended,
      ),
  };
}
