import type { AmqpError, Connection, Container, EventContext, Receiver, Sender } from 'rhea';
import { pathOf, type Resolved, readSource, sendTarget } from './address.js';
import { unauthorized } from './amqp-errors.js';
import { guardConnection } from './amqp-guard.js';
import { answerCbs, Claims } from './cbs.js';
import type { EmulatorConfig, HubConfig } from './config.js';
import type { EventHubsData, HubData } from './data.js';
import { type EventHubsFaults, faultPlan } from './faults.js';
import { answerManagement } from './management.js';
import { partitionOfKey } from './partition-key.js';
import { receivingLinks } from './receiving.js';
import { requestNode } from './request-node.js';
import { sendingLinks } from './sending.js';

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
  const { hubs } = settings.config;
  const dataOf = (hub: HubConfig): HubData => settings.data.hub(hub, settings.now());
  const claims = new WeakMap<Connection, Claims>();
  const claimsOf = (connection: Connection): Claims => {
    const known = claims.get(connection) ?? new Claims();
    claims.set(connection, known);
    return known;
  };

  const faults = faultPlan(() => receiving.wakeAll());
  const receiving = receivingLinks({
    log: ({ hub, partition }) => partitionOf(dataOf(hub), partition),
    now: settings.now,
    get held() {
      return faults.held;
    },
  });
  const sending = sendingLinks({
    takeFault: () => faults.takeSend(),
    store: ({ hub, partition }, { partitionKey, events }) => {
      const data = dataOf(hub);
      const chosen =
        partition ??
        (partitionKey === undefined
          ? data.turn++ % hub.partitions
          : partitionOfKey(partitionKey, hub.partitions));
      const log = partitionOf(data, chosen);
      log.append(events, settings.now(), settings.retain);
      receiving.wake(log);
    },
  });
  const nodes = new Map([
    [
      '$cbs',
      requestNode((request, { connection }) => answerCbs(request, claimsOf(connection), settings.realNow())),
    ],
    ['$management', requestNode((request) => answerManagement(request, hubs, dataOf))],
  ]);
  const handlers = new WeakMap<Receiver, (context: EventContext) => void>();

  /** Leads a new link to its place, or refuses it as the service does: attached, then closed with the reason. */
  const admit = <T>(link: Sender | Receiver, address: string, found: Resolved<T>): T | undefined => {
    const allowed = claimsOf(link.connection).cover(address, settings.realNow());
    const error: AmqpError | undefined = !allowed
      ? unauthorized(address)
      : found.ok
        ? undefined
        : found.error;
    if (error !== undefined) link.close(error);
    return allowed && found.ok ? found.value : undefined;
  };

  const openedByProducer = (link: Receiver): void => {
    const address = link.target?.address ?? '';
    const node = nodes.get(pathOf(address));
    if (node) {
      handlers.set(link, node.handle);
      node.openRequests(link, address);
      return;
    }
    const target = admit(link, address, sendTarget(address, hubs));
    if (target === undefined) return;
    handlers.set(link, sending.handle);
    sending.open(link, target, address);
  };

  const openedByConsumer = (link: Sender): void => {
    const address = link.source?.address ?? '';
    const node = nodes.get(pathOf(address));
    if (node) {
      node.openReplies(link, address);
      return;
    }
    const source = admit(link, address, readSource(address, hubs));
    if (source !== undefined) receiving.open(link, source, address);
  };

  container.on('connection_open', ({ connection }: EventContext) => guardConnection(connection));
  container.on('receiver_open', ({ receiver }: EventContext) => receiver && openedByProducer(receiver));
  container.on('sender_open', ({ sender }: EventContext) => sender && openedByConsumer(sender));
  container.on(
    'message',
    (context: EventContext) => context.receiver && handlers.get(context.receiver)?.(context),
  );
  container.on('sendable', ({ sender }: EventContext) => receiving.flow(sender));
  container.on('sender_draining', ({ sender }: EventContext) => receiving.drain(sender));
  for (const gone of ['sender_close', 'session_close', 'connection_close', 'disconnected']) {
    container.on(gone, (context: EventContext) => receiving.sweep(context));
  }
  // Without a listener each of these would be thrown or printed; the closing events above do the work.
  for (const told of [
    'sender_error',
    'receiver_error',
    'receiver_close',
    'session_error',
    'connection_error',
  ]) {
    container.on(told, () => undefined);
  }
  container.on('error', settings.report);
  container.on('protocol_error', settings.report);
  return faults;
}

function partitionOf(data: HubData, index: number) {
  const log = data.partitions[index];
  if (log === undefined)
    throw new Error(`No partition ${index}: addresses are checked before they get here.`);
  return log;
}
