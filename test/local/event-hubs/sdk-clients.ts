import {
  type CheckpointStore,
  type CloseReason,
  EventHubBufferedProducerClient,
  EventHubConsumerClient,
  type EventHubConsumerClientOptions,
  EventHubProducerClient,
  type ReceivedEventData,
  type SubscribeOptions,
  type SubscriptionEventHandlers,
} from '@azure/event-hubs';
import { expect, onTestFinished, vi } from 'vitest';
import type { EmulatorConfig } from '../../../local/emulators/event-hubs/config.js';
import {
  type EventHubsEmulator,
  type EventHubsOptions,
  startEventHubs,
} from '../../../local/emulators/event-hubs/server.js';

/** The hub of every test. */
export const HUB = 'orders';

/** The SDK's own defaults wait 30 s between attempts. */
export const RETRY = { maxRetries: 3, retryDelayInMs: 200, timeoutInMs: 3_000 };

/** For errors the SDK would retry, `UnauthorizedError` among them, in tests of the error alone. */
export const ONCE = { ...RETRY, maxRetries: 0 };

/** The beginning of a partition. */
export const EARLIEST = { offset: '-1' };

/** A namespace with one hub. */
export function configOf(partitions = 4, groups: readonly string[] = ['crm', 'audit']): EmulatorConfig {
  return { namespace: 'emulatorNs1', hubs: [{ name: HUB, partitions, groups: ['$Default', ...groups] }] };
}

/** An emulator for one test. Whatever it reports fails the test: an error inside must not pass for a reconnect. */
export async function emulate(options: Partial<EventHubsOptions> = {}): Promise<EventHubsEmulator> {
  const reported: unknown[] = [];
  const emulator = await startEventHubs({
    config: configOf(),
    report: (error) => reported.push(error),
    ...options,
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= emulator.close();
    return closed;
  };
  onTestFinished(async () => {
    await close();
    expect(reported).toEqual([]);
  });
  return { ...emulator, close };
}

/** A producer that is closed when the test ends. */
export function producer(connectionString: string, hub = HUB, retryOptions = RETRY): EventHubProducerClient {
  const client = new EventHubProducerClient(connectionString, hub, { retryOptions });
  onTestFinished(() => client.close());
  return client;
}

/** A buffered producer that is closed when the test ends. */
export function bufferedProducer(
  connectionString: string,
  onError: (error: unknown) => void,
): EventHubBufferedProducerClient {
  const client = new EventHubBufferedProducerClient(connectionString, HUB, {
    retryOptions: RETRY,
    maxWaitTimeInMs: 50,
    onSendEventsErrorHandler: async ({ error }) => onError(error),
  });
  onTestFinished(() => client.close({ flush: false }));
  return client;
}

/** A consumer that is closed when the test ends. */
export function consumer(
  connectionString: string,
  group = 'crm',
  store?: CheckpointStore,
  options: EventHubConsumerClientOptions = {},
): EventHubConsumerClient {
  const all = { retryOptions: RETRY, ...options };
  const client = store
    ? new EventHubConsumerClient(group, connectionString, HUB, store, all)
    : new EventHubConsumerClient(group, connectionString, HUB, all);
  onTestFinished(() => client.close());
  return client;
}

/** What a subscription has seen so far. */
export interface Seen {
  readonly events: ReceivedEventData[];
  /** Partition of each event. */
  readonly partitions: string[];
  readonly errors: { code: string | undefined; message: string }[];
  readonly closed: CloseReason[];
  bodies(): unknown[];
  stop(): Promise<void>;
}

/** Subscribes to one partition, or to all, and gathers what comes. */
export function watch(
  client: EventHubConsumerClient,
  options: SubscribeOptions & { partition?: string } = {},
): Seen {
  const { partition, ...rest } = options;
  const seen: Pick<Seen, 'events' | 'partitions' | 'errors' | 'closed'> = {
    events: [],
    partitions: [],
    errors: [],
    closed: [],
  };
  const handlers: SubscriptionEventHandlers = {
    processEvents: async (events, { partitionId }) => {
      seen.events.push(...events);
      seen.partitions.push(...events.map(() => partitionId));
    },
    processError: async (error) => {
      seen.errors.push({ code: codeOf(error), message: error.message });
    },
    processClose: async (reason) => {
      seen.closed.push(reason);
    },
  };
  const settings = { maxBatchSize: 100, startPosition: EARLIEST, ...rest };
  const subscription =
    partition === undefined
      ? client.subscribe(handlers, settings)
      : client.subscribe(partition, handlers, settings);
  return {
    ...seen,
    bodies: () => seen.events.map(({ body }): unknown => body),
    stop: () => subscription.close(),
  };
}

/** Waits for real clients on real sockets. */
export const until = (condition: () => void): Promise<void> =>
  vi.waitFor(condition, { timeout: 15_000, interval: 20 });

/** The SDK's error code; of several attempts, the last one's. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors.at(-1));
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** The code a promise fails with; fails the test when it does not. */
export const failure = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => expect.fail('should have failed'),
    (error: unknown) => codeOf(error),
  );

/** Bodies `0 … count-1`. */
export const numbered = (count: number): { body: number }[] =>
  Array.from({ length: count }, (_, body) => ({ body }));
