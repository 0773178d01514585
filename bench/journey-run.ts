import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { startEventSourceMapping } from '../local/event-source-mapping/mapping.js';
import type { MappingSettings } from '../local/event-source-mapping/settings.js';
import { type LambdaHandler, lambdaInvoker } from '../local/lambda-invoker.js';
import { putAll } from '../local/put-records.js';
import { systemClock } from '../shared/clock.js';
import { expectedRows, journeys, type Mix, type Sent } from './journey-events.js';
import { openWorld, STREAM, type World } from './journey-world.js';

/** Somebody who handles the stream. */
export interface Handling {
  readonly name: string;
  /** Undefined where it cannot be had. */
  open(world: World): Promise<LambdaHandler | undefined>;
}

/** How much of it: persons, events that wait in the stream, and events that come one by one. */
export interface Load {
  readonly people: number;
  readonly events: number;
  readonly single: number;
  readonly mix: Mix;
}

/** What one run gave. */
export interface Journey {
  /** Events a second while a backlog is worked off. */
  readonly rate: number;
  /** Requests about rows to the CRM, and rows in them, for these events. */
  readonly calls: number;
  readonly rows: number;
  /** Most requests to the CRM at one time. */
  readonly most: number;
  /** Processor time of the process that handles, reading the stream included, microseconds an event. */
  readonly cpuMicros: number;
  /** From the send to the row, milliseconds, of events that came one by one. */
  readonly latencies: readonly number[];
}

/** As serverless.yml has it, but for the second that a batch waits for company: that is the same for everybody. */
const SETTINGS: MappingSettings = {
  functionName: 'bench',
  stream: { logicalId: 'Events', name: STREAM, shards: 1 },
  enabled: true,
  startingPosition: 'TRIM_HORIZON',
  batchSize: 500,
  batchWindow: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: -1,
  maximumRecordAgeInSeconds: -1,
  bisectBatchOnFunctionError: false,
  reportBatchItemFailures: true,
};

/** Between two events that come one by one, milliseconds: slow enough for whoever calls the CRM once for each. */
const PAUSE_MS = 100;

const put = (world: World, events: readonly Sent[]): Promise<void> => {
  const entries = events.map(({ key, body }) => ({ partitionKey: key, data: body }));
  return putAll(world.kinesis, STREAM, entries, systemClock);
};

/** A handler that has not settled what it was given after so long never will, milliseconds. */
const LONGEST_MS = 180_000;

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`records are not settled after ${LONGEST_MS / 1000} s`);
    await delay(2);
  }
}

/** A handler on the stream, and a gate before it: closed, so that a backlog can be made. */
async function attach(world: World, handler: LambdaHandler) {
  let open = Promise.resolve();
  const invoke = lambdaInvoker(handler, { name: 'bench', timeoutMs: 300_000 });
  const trouble: unknown[] = [];
  const mapping = await startEventSourceMapping({
    client: world.kinesis,
    streamName: STREAM,
    settings: SETTINGS,
    invoke: async (event) => {
      await open;
      const answer = await invoke(event);
      if (answer.functionError !== undefined) trouble.push(answer.payload);
      return answer;
    },
    onFailure: async () => undefined,
    clock: systemClock,
    onError: (error) => void trouble.push(error),
  });
  let sent = 0;
  const settled = async (count: number): Promise<void> => {
    sent += count;
    await until(() => trouble.length > 0 || mapping.stats().records >= sent);
    if (trouble.length > 0) throw new Error(`a handler failed: ${JSON.stringify(trouble[0])}`);
  };
  const shut = (): (() => void) => {
    let release = (): void => undefined;
    open = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { settled, shut, close: () => mapping.close() };
}

async function single(
  world: World,
  events: readonly Sent[],
  settled: (count: number) => Promise<void>,
): Promise<readonly number[]> {
  const sentAt = new Map<string, number>();
  for (const one of events) {
    sentAt.set(one.key, Date.now());
    await put(world, [one]);
    await delay(Math.max(0, PAUSE_MS - (Date.now() - (sentAt.get(one.key) ?? 0))));
  }
  await settled(events.length);
  const { rows } = await world.look();
  return rows.flatMap(([key, , at]) => {
    const sent = sentAt.get(key);
    return sent === undefined ? [] : [at - sent];
  });
}

/** Rows that are not as the events say. */
function wrong(rows: ReadonlyMap<string, unknown>, events: readonly Sent[]): number {
  let count = 0;
  for (const [key, row] of expectedRows(events)) if (!isDeepStrictEqual(rows.get(key), row)) count += 1;
  return count;
}

/**
 * Lets somebody handle a stream in a fresh world: first everybody's first export, then a backlog, then one by one. The rows of the
 * CRM must be as the events say in the end. Undefined where there is nobody to handle it.
 */
export async function journey(handling: Handling, load: Load): Promise<Journey | undefined> {
  const world = await openWorld();
  try {
    const handler = await handling.open(world);
    if (handler === undefined) return undefined;
    const { first, then } = journeys(load.people, load.events, load.mix);
    const newcomers = journeys(load.people + load.single, 0, load.mix).first.slice(load.people);
    const stream = await attach(world, handler);
    try {
      await put(world, first);
      await stream.settled(first.length);
      const before = await world.look();
      const release = stream.shut();
      await put(world, then);
      const cpu = process.cpuUsage();
      const start = performance.now();
      release();
      await stream.settled(then.length);
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const after = await world.look();
      const latencies = await single(world, newcomers, stream.settled);
      const { rows } = await world.look();
      const found = new Map(rows.map(([key, row]) => [key, row]));
      const bad = wrong(found, [...first, ...then, ...newcomers]);
      if (bad > 0) throw new Error(`${handling.name}: ${bad} rows are not as the events say`);
      return {
        rate: then.length / seconds,
        calls: after.calls - before.calls,
        rows: after.written - before.written,
        most: after.most,
        cpuMicros: (user + system) / then.length,
        latencies,
      };
    } finally {
      await stream.close();
    }
  } finally {
    await world.close();
  }
}
