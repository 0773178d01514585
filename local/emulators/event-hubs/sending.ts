import rhea, { type AmqpError, type Delivery, type EventContext, type Message, type Receiver } from 'rhea';
import type { Resolved, SendTarget } from './address.js';
import { notImplemented, serverBusy, tooLarge, undecodable } from './amqp-errors.js';
import { cut } from './connections.js';
import { BATCH_FORMAT, type IncomingBatch, type IncomingEvent, readBatch, readEvent } from './event.js';
import type { SendFault } from './faults.js';

/** Largest send in bytes; links announce it and the SDKs size their batches by it. */
export const MAX_MESSAGE_SIZE = 1_048_576;

/** What the sending side needs of the emulator. */
export interface SendingHost {
  /** Stores a batch in the partition its target and key lead to. */
  store(target: SendTarget, batch: IncomingBatch): void;
  takeFault(): SendFault | undefined;
}

/** The links on which clients send events. */
export interface SendingLinks {
  open(link: Receiver, target: SendTarget, address: string): void;
  handle(context: EventContext): void;
}

/** Makes the sending side: takes batches and single messages, settles each as the service would. */
export function sendingLinks(host: SendingHost): SendingLinks {
  const targets = new WeakMap<Receiver, SendTarget>();
  const stalled = new WeakMap<Receiver, Delivery[]>();

  /** A stalled delivery would block rhea's session buffer for good, so the next send that is answered frees it. */
  const forgetStalled = (link: Receiver): void => {
    for (const delivery of stalled.get(link) ?? []) later(() => delivery.release());
    stalled.delete(link);
  };

  const take = (target: SendTarget, delivery: Delivery, message: Message | Buffer | undefined): boolean => {
    const batch = judge(encoded(message), delivery);
    if (batch.ok) host.store(target, batch.value);
    else refuse(delivery, batch.error);
    return batch.ok;
  };

  return {
    open: (link, target, address) => {
      targets.set(link, target);
      link.set_source({ address: link.source?.address ?? '' });
      link.set_target({ address });
    },
    handle: ({ receiver: link, delivery, message, connection }) => {
      const target = link && targets.get(link);
      if (link === undefined || delivery === undefined || target === undefined || !link.is_open()) return;
      const fault = host.takeFault();
      if (fault === 'stall') {
        stalled.set(link, [...(stalled.get(link) ?? []), delivery]);
        return;
      }
      if (fault === 'drop') return cut(connection['socket']);
      forgetStalled(link);
      if (fault === 'busy') return refuse(delivery, serverBusy);
      const stored = take(target, delivery, message);
      if (fault === 'drop-after-append') return cut(connection['socket']);
      if (stored) delivery.accept();
    },
  };
}

/**
 * rhea 3.0.5 sends the outcomes of one turn together, and gives the second the outcome of the first when their ids
 * follow each other (write_dispositions in lib/session.js): a rejected send would be told as accepted. So whatever is
 * not accepted has a turn to itself.
 */
const later = (settle: () => void): void => void setImmediate(settle);

const refuse = (delivery: Delivery, error: AmqpError): void => later(() => delivery.reject(error));

/** rhea hands over raw bytes for every message format but 0, which it decodes: that one is encoded again. */
function encoded(message: Message | Buffer | undefined): Buffer {
  return Buffer.isBuffer(message) ? message : rhea.message.encode(message);
}

/** The events of a send, or why there are none. */
function judge(bytes: Buffer, { id, format }: Delivery): Resolved<IncomingBatch> {
  if (bytes.length > MAX_MESSAGE_SIZE)
    return { ok: false, error: tooLarge(id, bytes.length, MAX_MESSAGE_SIZE) };
  if (format !== 0 && format !== BATCH_FORMAT) {
    return { ok: false, error: notImplemented(`Message format ${format}`) };
  }
  const batch = format === BATCH_FORMAT ? readBatch(bytes) : single(readEvent(bytes));
  return batch === undefined ? { ok: false, error: undecodable } : { ok: true, value: batch };
}

const single = (event: IncomingEvent | undefined): IncomingBatch | undefined =>
  event && { partitionKey: event.partitionKey, events: [event] };
