import { Fault } from '../core/fault.js';
import type { Secrets } from '../core/ports.js';
import type { Appender } from '../door/ports.js';
import type { IdentityConnection } from './azure-connection.js';
import { type MemoryAppender, memoryAppender } from './memory-appender.js';

const NAMED = /^(?<kind>[a-z-]+):(?<name>.+)$/;
const MEMORY_NAME = /^[\w-]+$/;
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html#API_PutRecords_RequestSyntax */
const STREAM = /^[\w.-]{1,128}$/;
/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsofteventhub */
const HUB = /^[A-Za-z0-9][\w.-]{0,255}$/;

/** The secret that holds the connection string of an Event Hubs namespace. */
export const STREAM_SECRET = 'door-stream';

const memories = new Map<string, MemoryAppender>();

/** The stream in this process's memory of that name; the same name gives the same. */
export function memoryStream(name: string): MemoryAppender {
  const stream = memories.get(name) ?? memoryAppender(name);
  memories.set(name, stream);
  return stream;
}

/**
 * Opens the stream that `TRIBUTARY_DOOR_STREAM` names: `kinesis:STREAM`, `event-hub:HUB` (of the namespace that
 * `identity` names, or else the connection string in the secret `door-stream`) or `memory:NAME`. The SDKs are loaded here and nowhere else, and only the one that is chosen.
 */
export async function openAppender(
  value: string,
  secrets: Secrets,
  identity?: IdentityConnection,
): Promise<Appender> {
  const { kind, name = '' } = NAMED.exec(value)?.groups ?? {};
  if (kind === 'memory' && MEMORY_NAME.test(name)) return memoryStream(name);
  if (kind === 'kinesis' && STREAM.test(name)) {
    const { kinesisAppender, kinesisClient } = await import('./kinesis-appender.js');
    return kinesisAppender({ client: kinesisClient(), stream: name });
  }
  if (kind === 'event-hub' && HUB.test(name)) {
    const { eventHubsAppender, hubProducer, hubProducerOf } = await import('./event-hubs-appender.js');
    const producer = identity
      ? await hubProducerOf(identity, name)
      : hubProducer(await secrets.get(STREAM_SECRET), name);
    return eventHubsAppender({ producer, hub: name });
  }
  const text = `TRIBUTARY_DOOR_STREAM is ${JSON.stringify(value)}; this version knows kinesis:STREAM, event-hub:HUB and memory:NAME (kept by the process, lost with it)`;
  throw new Fault('config.invalid', text);
}
