import type { Connection, Container, EventContext } from 'rhea';
import { guardConnection } from './amqp-guard.js';
import { answerCbs, Claims } from './cbs.js';
import type { EmulatorConfig, HubConfig } from './config.js';
import type { EventHubsData, HubData } from './data.js';
import { type Door, doorTo } from './door.js';
import { type EventHubsFaults, faultPlan } from './faults.js';
import type { PartitionLog } from './log.js';
import { answerManagement } from './management.js';
import { partitionOfKey } from './partition-key.js';
import { type ReceivingLinks, receivingLinks } from './receiving.js';
import { requestNode } from './request-node.js';
import { type SendingHost, sendingLinks } from './sending.js';

/** What a broker works with. */
export interface BrokerSettings {
  readonly config: EmulatorConfig;
  readonly data: EventHubsData;
  /** Events kept per partition. */
  readonly retain: number;
  /** Clock of the enqueued times. */
  readonly now: () => number;
  /** Real time, by which tokens expire. */
  readonly realNow: () => number;
  /** Told of errors in the protocol or in this program; a cut connection is none. */
  readonly report: (error: unknown) => void;
}

/** Makes a container of rhea behave as an Event Hubs namespace; gives back the levers for tests. */
export function attachBroker(container: Container, settings: BrokerSettings): EventHubsFaults {
  const { config, now, realNow } = settings;
  const dataOf = (hub: HubConfig): HubData => settings.data.hub(hub, now());
  const claimsOf = claimsByConnection();
  const faults = faultPlan(() => receiving.wakeAll());
  const receiving = receivingLinks({
    log: ({ hub, partition }) => partitionOf(dataOf(hub), partition),
    now,
    isHeld: () => faults.held,
  });
  const store = storeInto(settings, dataOf, (log) => receiving.wake(log));
  const door = doorTo({
    hubs: config.hubs,
    nodes: new Map([
      ['$cbs', requestNode((request, { connection }) => answerCbs(request, claimsOf(connection), realNow()))],
      ['$management', requestNode((request) => answerManagement(request, config.hubs, dataOf))],
    ]),
    sending: sendingLinks({ store, takeFault: () => faults.takeSend() }),
    receiving,
    claimsOf,
    realNow,
  });
  listen(container, door, receiving, settings.report);
  return faults;
}

function claimsByConnection(): (connection: Connection) => Claims {
  const claims = new WeakMap<Connection, Claims>();
  return (connection) => {
    const known = claims.get(connection) ?? new Claims();
    claims.set(connection, known);
    return known;
  };
}

/** Fixed partition, else the key's, else the next in turn; one for the whole batch. */
function storeInto(
  { now, retain }: BrokerSettings,
  dataOf: (hub: HubConfig) => HubData,
  stored: (log: PartitionLog) => void,
): SendingHost['store'] {
  return ({ hub, partition }, { partitionKey, events }) => {
    const data = dataOf(hub);
    const chosen =
      partition ??
      (partitionKey === undefined
        ? data.turn++ % hub.partitions
        : partitionOfKey(partitionKey, hub.partitions));
    const log = partitionOf(data, chosen);
    log.append(events, now(), retain);
    stored(log);
  };
}

function partitionOf(data: HubData, index: number): PartitionLog {
  const log = data.partitions[index];
  if (log === undefined)
    throw new Error(`No partition ${index}: addresses are checked before they get here.`);
  return log;
}

function listen(
  container: Container,
  door: Door,
  receiving: ReceivingLinks,
  report: (error: unknown) => void,
) {
  const on = (event: string, handle: (context: EventContext) => void): void =>
    void container.on(event, handle);
  on('connection_open', ({ connection }) => guardConnection(connection));
  on('receiver_open', ({ receiver }) => receiver && door.openedByProducer(receiver));
  on('sender_open', ({ sender }) => sender && door.openedByConsumer(sender));
  on('message', (context) => door.message(context));
  on('sendable', ({ sender }) => receiving.flow(sender));
  on('sender_draining', ({ sender }) => receiving.drain(sender));
  for (const gone of ['sender_close', 'session_close', 'connection_close', 'disconnected']) {
    on(gone, (context) => receiving.sweep(context));
  }
  // Without a listener each of these would be thrown or printed; the closing events above do the work.
  for (const told of [
    'sender_error',
    'receiver_error',
    'receiver_close',
    'session_error',
    'connection_error',
  ]) {
    on(told, () => undefined);
  }
  container.on('error', report);
  container.on('protocol_error', report);
}
