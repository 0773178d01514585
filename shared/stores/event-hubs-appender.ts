import { createHash } from 'node:crypto';
import { type EventDataBatch, EventHubProducerClient } from '@azure/event-hubs';
import { Fault } from '../core/fault.js';
import type { Appender, Entry, Fate } from '../door/ports.js';
import { type IdentityConnection, namespaceOf } from './azure-connection.js';
import { credentialOf } from './azure-credential.js';
import { isNetworkError } from './network-error.js';
import { isSignInError, SIGN_IN_ADVICE } from './sign-in-error.js';

/** A batch of 1 MiB less what AMQP adds to an event. https://learn.microsoft.com/azure/event-hubs/event-hubs-quotas */
const MAX_BYTES = 1_047_552;

/** Which hub, and who writes to it. */
export interface EventHubsAppenderOptions {
  readonly producer: EventHubProducerClient;
  readonly hub: string;
}

/** Who writes to a hub: the name of the secret with its connection string, and how long an answer may take. */
export interface HubProducerOptions {
  readonly name: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** A client for a hub. One try a call: the retrying is ours, because it knows when the answer is due. */
export function hubProducer(
  connection: string,
  hub: string,
  { name, timeoutMs }: HubProducerOptions = { name: 'door-stream', timeoutMs: 1_500 },
): EventHubProducerClient {
  try {
    return new EventHubProducerClient(connection, hub, {
      retryOptions: { maxRetries: 0, timeoutInMs: timeoutMs },
    });
  } catch {
    // The SDK's own complaint could quote the secret.
    const text = `the secret ${name} is no connection string of an Event Hubs namespace (Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…)`;
    throw new Fault('config.invalid', text);
  }
}

/** A client for a hub of the namespace that an identity-based connection names; one try a call, as {@link hubProducer}. */
export async function hubProducerOf(
  connection: IdentityConnection,
  hub: string,
  { timeoutMs }: Pick<HubProducerOptions, 'timeoutMs'> = { timeoutMs: 1_500 },
): Promise<EventHubProducerClient> {
  const options = { retryOptions: { maxRetries: 0, timeoutInMs: timeoutMs } };
  return new EventHubProducerClient(namespaceOf(connection), hub, await credentialOf(connection), options);
}

const THROTTLED: ReadonlySet<string> = new Set(['ServerBusyError', 'QuotaExceededError']);

const ADVICE: Readonly<Record<string, string>> = {
  MessagingEntityNotFoundError: 'create the hub, or correct TRIBUTARY_DOOR_STREAM',
  UnauthorizedError:
    'give the policy of the secret door-stream the right to send, or the identity the role Azure Event Hubs Data Sender',
};

/** Azure's clients put the name of the condition into `code`; names of its errors are all MessagingError. */
export const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.name;

function fateOf(error: Error, place: string): Fate {
  const code = codeOf(error);
  const said = `the stream ${place} did not take a batch (${code}: ${error.message})`;
  const options = { cause: error };
  if (code === 'MessageTooLargeError')
    return { kind: 'too-large', fault: new Fault('decode.too-large', said, options) };
  if (THROTTLED.has(code)) return { kind: 'throttled', fault: new Fault('stream.throttled', said, options) };
  const help = isSignInError(error) ? SIGN_IN_ADVICE : ADVICE[code];
  return {
    kind: 'unavailable',
    fault: new Fault('stream.unavailable', help ? `${said}: ${help}` : said, options),
  };
}

/** What the SDK makes of a connection that ends without a reason: a bare error with this text, in errors.ts of core-amqp. */
const NO_REASON = 'Unknown error encountered.';

const isAnswer = (error: Error): boolean =>
  error.name === 'MessagingError' ||
  error.message === NO_REASON ||
  isNetworkError(error) ||
  isSignInError(error);

/** A batch on its way, and the places of its events among the entries. */
interface Filled {
  readonly batch: EventDataBatch;
  readonly places: readonly number[];
}

/**
 * Which partition a key belongs to. Chosen here and not by the service: a batch has one partition key, and a call with
 * ten thousand persons would take as many batches; so it takes one per partition.
 */
function partitionOf(key: string, partitions: readonly string[]): string {
  const number = createHash('sha256').update(key).digest().readUInt32BE(0);
  return partitions[number % partitions.length] ?? '0';
}

/** Appends to an event hub, in one batch per partition and MiB. */
export function eventHubsAppender({ producer, hub }: EventHubsAppenderOptions): Appender {
  const place = `event-hub:${hub}`;
  let partitions: readonly string[] | undefined;

  /** Puts entries of one partition into batches; what fits into none by itself gets its fate at once. */
  async function fill(
    places: readonly number[],
    entries: readonly Entry[],
    fates: Fate[],
    partitionId: string,
    abortSignal: AbortSignal,
  ): Promise<Filled[]> {
    const filled: { batch: EventDataBatch; places: number[] }[] = [];
    for (const at of places) {
      const event = { body: entries[at]?.body };
      const open = filled.at(-1);
      if (open?.batch.tryAdd(event)) open.places.push(at);
      else {
        const batch = await producer.createBatch({ partitionId, abortSignal });
        if (batch.tryAdd(event)) filled.push({ batch, places: [at] });
        else {
          const text = `a batch of the stream ${place} has room for ${batch.maxSizeInBytes} bytes; the event is larger`;
          fates[at] = { kind: 'too-large', fault: new Fault('decode.too-large', text) };
        }
      }
    }
    return filled;
  }

  /** Runs a step for some entries; an error of the service becomes the fate of all of them. */
  async function judged<T>(
    places: readonly number[],
    fates: Fate[],
    step: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Error) || !isAnswer(error)) throw error;
      const fate = fateOf(error, place);
      for (const at of places) fates[at] = fate;
      return undefined;
    }
  }

  async function appendTo(
    partitionId: string,
    places: readonly number[],
    entries: readonly Entry[],
    fates: Fate[],
    signal: AbortSignal,
  ): Promise<void> {
    const filled = await judged(places, fates, () => fill(places, entries, fates, partitionId, signal));
    for (const { batch, places: inside } of filled ?? []) {
      const done = await judged(inside, fates, async () => {
        await producer.sendBatch(batch, { abortSignal: signal });
        return true;
      });
      if (done) for (const at of inside) fates[at] = { kind: 'durable' };
    }
  }

  return {
    place,
    maxBytes: MAX_BYTES,
    async reach(abortSignal) {
      try {
        await producer.getEventHubProperties({ abortSignal });
      } catch (cause) {
        const said = cause instanceof Error ? codeOf(cause) : 'no answer';
        throw new Fault('stream.unavailable', `the stream ${place} cannot be reached (${said})`, { cause });
      }
    },
    async append(entries, signal) {
      const fates: Fate[] = [];
      const all = [...entries.keys()];
      const known =
        partitions ?? (await judged(all, fates, () => producer.getPartitionIds({ abortSignal: signal })));
      if (!known) return fates;
      partitions = known;
      const byPartition = new Map<string, number[]>();
      for (const [at, { key }] of entries.entries()) {
        const id = partitionOf(key, known);
        const places = byPartition.get(id);
        if (places) places.push(at);
        else byPartition.set(id, [at]);
      }
      await Promise.all([...byPartition].map(([id, places]) => appendTo(id, places, entries, fates, signal)));
      return fates;
    },
  };
}
