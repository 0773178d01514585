import type { AmqpError, Connection, EventContext, Receiver, Sender } from 'rhea';
import { pathOf, type Resolved, readSource, sendTarget } from './address.js';
import { unauthorized } from './amqp-errors.js';
import type { Claims } from './cbs.js';
import type { HubConfig } from './config.js';
import type { ReceivingLinks } from './receiving.js';
import type { RequestNode } from './request-node.js';
import type { SendingLinks } from './sending.js';

/** What lies behind the door. */
export interface Rooms {
  readonly hubs: readonly HubConfig[];
  /** By lower-case address. */
  readonly nodes: ReadonlyMap<string, RequestNode>;
  readonly sending: SendingLinks;
  readonly receiving: ReceivingLinks;
  claimsOf(connection: Connection): Claims;
  /** Real time, by which claims expire. */
  realNow(): number;
}

/** Where every link of a client enters. */
export interface Door {
  /** A client has attached a link to send on. */
  openedByProducer(link: Receiver): void;
  /** A client has attached a link to receive on. */
  openedByConsumer(link: Sender): void;
  /** Something has come in on a link of the first kind. */
  message(context: EventContext): void;
}

/** Leads links to `$cbs`, `$management`, a hub or a partition, if a token allows it and the place exists. */
export function doorTo(rooms: Rooms): Door {
  const handlers = new WeakMap<Receiver, (context: EventContext) => void>();
  return {
    openedByProducer: (link) => {
      const address = link.target?.address ?? '';
      const node = rooms.nodes.get(pathOf(address));
      if (node !== undefined) {
        handlers.set(link, node.handle);
        node.openRequests(link, address);
        return;
      }
      const target = admitted(link, address, sendTarget(address, rooms.hubs), rooms);
      if (target === undefined) return;
      handlers.set(link, rooms.sending.handle);
      rooms.sending.open(link, target, address);
    },
    openedByConsumer: (link) => {
      const address = link.source?.address ?? '';
      const node = rooms.nodes.get(pathOf(address));
      if (node !== undefined) {
        node.openReplies(link, address);
        return;
      }
      const source = admitted(link, address, readSource(address, rooms.hubs), rooms);
      if (source !== undefined) rooms.receiving.open(link, source, address);
    },
    message: (context) => {
      if (context.receiver !== undefined) handlers.get(context.receiver)?.(context);
    },
  };
}

/** What the address leads to; a link that may not go there is attached and closed with the reason, as AMQP has it. */
function admitted<T>(
  link: Sender | Receiver,
  address: string,
  found: Resolved<T>,
  rooms: Rooms,
): T | undefined {
  const refuse = (error: AmqpError): undefined => {
    link.close(error);
  };
  if (!rooms.claimsOf(link.connection).cover(address, rooms.realNow())) return refuse(unauthorized(address));
  return found.ok ? found.value : refuse(found.error);
}
