import rhea from 'rhea';
import { Fault } from '../../../shared/core/fault.js';
import { findHub } from './address.js';
import { attachBroker } from './broker.js';
import { KEY } from './cbs.js';
import type { EmulatorConfig } from './config.js';
import { connectionsOf } from './connections.js';
import { EventHubsData } from './data.js';
import { bodyOf } from './event.js';
import type { EventHubsFaults } from './faults.js';
import { startHealth } from './health.js';
import { listening } from './listening.js';
import type { PartitionLog } from './log.js';
import { MAX_MESSAGE_SIZE } from './sending.js';

/** An event as it lies in a partition. */
export interface LoggedEvent {
  readonly partition: string;
  readonly sequenceNumber: number;
  /** Epoch milliseconds. */
  readonly enqueuedAt: number;
  readonly partitionKey: string | undefined;
  readonly body: Buffer;
}

/** A running emulator. */
export interface EventHubsEmulator {
  readonly port: number;
  /** Port of `GET /health`, when one was asked for. */
  readonly healthPort: number | undefined;
  /** For any Azure SDK; `EntityPath` is appended when a hub is given. */
  connectionString(hub?: string): string;
  /** Everything still retained, partition by partition, oldest first. */
  events(hub: string): readonly LoggedEvent[];
  /** Destroys every client socket, keeps the data. A client's `close()` that meets it may hang: a bug of rhea-promise. */
  dropConnections(): void;
  /** Stops; the data survive in `data` for a restart. */
  close(): Promise<void>;
  /** Pass it to `startEventHubs` to restart on the same data. */
  readonly data: EventHubsData;
  /** Things to go wrong on order. */
  readonly faults: EventHubsFaults;
}

/** How to start an emulator. */
export interface EventHubsOptions {
  readonly config: EmulatorConfig;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Serves `GET /health` there; no such server without it. */
  readonly healthPort?: number;
  readonly data?: EventHubsData;
  /** Clock of the enqueued times; tokens expire by real time, because clients sign with theirs. */
  readonly now?: () => number;
  /** Events kept in memory per partition, the newest; default 100,000. */
  readonly retainPerPartition?: number;
  /** Told of protocol errors; default: the console. */
  readonly report?: (error: unknown) => void;
}

/** Starts an Event Hubs namespace on this machine, for the real SDKs. */
export async function startEventHubs(options: EventHubsOptions): Promise<EventHubsEmulator> {
  const { config, host = '127.0.0.1', data = new EventHubsData(), now = Date.now } = options;
  const container = rhea.create_container({ id: config.namespace });
  container.sasl_server_mechanisms.enable_anonymous();
  // The other Azure SDKs ask for this one; it, too, leaves the proof to $cbs.
  container.sasl_server_mechanisms.MSSBCBS = container.sasl_server_mechanisms.ANONYMOUS;
  const faults = attachBroker(container, {
    config,
    data,
    now,
    retain: options.retainPerPartition ?? 100_000,
    realNow: Date.now,
    report: options.report ?? console.error,
  });
  const server = container.listen({
    host,
    port: options.port ?? 0,
    max_frame_size: 65_536,
    channel_max: 4_999,
    idle_time_out: 240_000,
    receiver_options: { autoaccept: false, credit_window: 300, max_message_size: MAX_MESSAGE_SIZE },
    sender_options: { autosettle: true, max_message_size: MAX_MESSAGE_SIZE },
  });
  const connections = connectionsOf(server, container);
  const port = await listening(server, options.port ?? 0, host);
  const health = await startHealth(() => server.listening, options.healthPort, host).catch(
    async (error: unknown) => {
      await connections.close();
      throw error;
    },
  );

  return {
    port,
    healthPort: health?.port,
    data,
    faults,
    dropConnections: connections.drop,
    connectionString: (hub) =>
      `Endpoint=sb://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port};SharedAccessKeyName=${KEY.name};` +
      `SharedAccessKey=${KEY.value};UseDevelopmentEmulator=true;${hub === undefined ? '' : `EntityPath=${hub}`}`,
    events: (name) => {
      const hub = findHub(name, config.hubs);
      if (hub === undefined) {
        throw new Fault('config.unknown-name', `The emulator has no hub "${name}": add it to its config.`);
      }
      return loggedEvents(data.hub(hub, now()).partitions);
    },
    close: async () => {
      await Promise.all([connections.close(), health?.close()]);
    },
  };
}

const loggedEvents = (partitions: readonly PartitionLog[]): LoggedEvent[] =>
  partitions.flatMap((log, index) =>
    log.retained().map(({ sequenceNumber, enqueuedAt, event }) => ({
      partition: String(index),
      sequenceNumber,
      enqueuedAt,
      partitionKey: event.partitionKey,
      body: bodyOf(event),
    })),
  );
