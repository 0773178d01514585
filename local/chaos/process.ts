import type { DeadLetters, RetryQueue } from '../../shared/core/kept.js';
import type { Log, Pipeline } from '../../shared/core/ports.js';
import { noMetrics } from '../../shared/metrics/none.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { connectorPort } from './connector-port.js';
import { type Cloud, createHost, type Host, type Invocation } from './host.js';
import { keptPorts } from './kept-ports.js';
import { storePort } from './store-port.js';
import type { World } from './world.js';

/** A host with the program started: what is put together once, at a cold start, and kept by all its invocations. */
export interface Process {
  readonly host: Host;
  readonly pipeline: Pipeline;
  readonly parking: RetryQueue;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  /** The invocations under way, by the signal that goes with their requests. */
  readonly invocations: Map<AbortSignal, Invocation>;
}

/** Whose request it is. */
export type Find = (signal: AbortSignal | undefined) => Invocation;

/** What the code logs only when something is not as it must be. */
const ALARMS: ReadonlySet<string> = new Set(['replay.crashed']);

function logOf({ books, story }: World, name: string): Log {
  return {
    write(_, event, fields) {
      if (ALARMS.has(event)) books.wrong(`the log says ${event}: ${JSON.stringify(fields)}`);
      if (event !== 'batch') story.tell(() => `${name} logs ${event} ${JSON.stringify(fields)}`);
    },
  };
}

/** Starts a process. */
export function startProcess(world: World, name: string, cloud: Cloud): Process {
  const { books, waits, rules, next } = world;
  const host = createHost(world, name, cloud);
  const invocations = new Map<AbortSignal, Invocation>();
  const find: Find = (signal) => {
    const found = signal && invocations.get(signal);
    // What was about to run beside the step at which the process died; it gets no answer either.
    if (found === undefined && signal && !host.isAlive()) return { name, host, signal, isOver: true };
    if (found === undefined) throw new Error(`a request of ${name} belongs to no invocation`);
    return found;
  };
  const log = logOf(world, name);
  const { parking, deadLetters } = keptPorts(world, host);
  const deps = world.mutate({
    rules,
    store: storePort(world, find),
    connectors: new Map(
      [...host.connectors].map(([target, inner]) => [target, connectorPort(world, inner, find)]),
    ),
    parking,
    deadLetters,
    clock: host.clock,
    log,
    observer: { batch: books.batch, delivery: () => undefined },
    metrics: noMetrics,
    inflate,
    newId: () => `run-${next()}`,
    random: () => waits.next(),
    pseudonym: (person) => person,
    // How a record ends that was parked too often has tests of its own; here all of them must come through.
    patience: { attempts: Number.POSITIVE_INFINITY, ms: Number.POSITIVE_INFINITY },
  });
  return { host, pipeline: createPipeline(deps), parking, deadLetters: deps.deadLetters, log, invocations };
}
