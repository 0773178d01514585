import type { Connection, EventContext, Sender } from 'rhea';
import * as z from 'zod';
import type { ReadSource } from './address.js';
import type { PartitionLog } from './log.js';
import { SELECTOR_FILTER, startOf } from './position.js';
import { admit, type Claim } from './readers.js';
import { runtimeMetrics, stamped } from './stamp.js';

/** What rhea 3.0.5 keeps on a sending link (lib/link.js) and leaves out of its typings. */
interface CreditedLink extends Sender {
  readonly credit: number;
  readonly delivery_count: number;
}

interface Reader extends Claim {
  readonly link: CreditedLink;
  readonly log: PartitionLog;
  readonly metrics: boolean;
  /** Our side of the attach is on the wire. */
  attached: boolean;
  /** Sequence number of the next event to send. */
  next: number;
  /** Deliveries handed to rhea, on the scale of its `delivery_count`, which grows only when a transfer leaves. */
  sent: number;
}

/** What the reading side needs of the emulator. */
export interface ReceivingHost {
  log(source: ReadSource): PartitionLog;
  now(): number;
  /** True while nothing is to be delivered. */
  isHeld(): boolean;
}

/** The links on which clients read a partition. */
export interface ReceivingLinks {
  open(link: Sender, source: ReadSource, address: string): void;
  /** Sends what credit allows on this link. */
  flow(link: Sender | undefined): void;
  /** Answers a client that wants its credit used up or given back. */
  drain(link: Sender | undefined): void;
  /** Sends what has been appended. */
  wake(log: PartitionLog): void;
  wakeAll(): void;
  /** Forgets readers whose link, session or connection is gone. */
  sweep(context: EventContext): void;
}

/** A filter arrives as a described string; clients that leave the descriptor out are understood too. */
const Filters = z.record(z.string(), z.unknown()).nullish();
const Filter = z.union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)]);

const Properties = z
  .object({ 'com.microsoft:epoch': z.number(), 'com.microsoft:receiver-name': z.string() })
  .partial();

/** Makes the reading side: positions, epochs, the limit of readers, credit. */
export function receivingLinks(host: ReceivingHost): ReceivingLinks {
  const groups = new Map<string, Set<Reader>>();
  const readers = new Map<Sender, { reader: Reader; group: Set<Reader> }>();

  const drop = (link: Sender): void => {
    const found = readers.get(link);
    found?.group.delete(found.reader);
    readers.delete(link);
  };
  const pumpAll = (wanted: (reader: Reader) => boolean): void => {
    for (const { reader } of readers.values()) if (wanted(reader)) pump(reader, host);
  };

  return {
    open: (link, source, address) => {
      const log = host.log(source);
      const key = `${source.hub.name}/${source.group}/${source.partition}`.toLowerCase();
      const group = groups.get(key) ?? new Set<Reader>();
      groups.set(key, group);
      const start = startOf(filterOf(link), log);
      if (!start.ok) return link.close(start.error);
      const reader = readerOf(link, log, start.value);
      const admission = admit(reader, [...group]);
      if (!admission.ok) return link.close(admission.error);
      for (const { reader: loser, error } of admission.evicted) {
        drop(loser.link);
        loser.link.close(error);
      }
      group.add(reader);
      // rhea writes transfers before attaches, and credit may come in one packet with the client's attach.
      setImmediate(() => {
        reader.attached = true;
        pump(reader, host);
      });
      readers.set(link, { reader, group });
      link.set_source({ address, filter: link.source.filter ?? {} });
      link.set_target({ address: link.target?.address ?? '' });
    },
    flow: (link) => {
      const found = link && readers.get(link);
      if (found) pump(found.reader, host);
    },
    drain: (link) => {
      const found = link && readers.get(link);
      if (!found) return;
      pump(found.reader, host);
      found.reader.link.set_drained(true);
    },
    wake: (log) => pumpAll((reader) => reader.log === log),
    wakeAll: () => pumpAll(() => true),
    sweep: ({ connection, session, sender }) => {
      for (const link of readers.keys()) {
        const gone = sender ? link === sender : session ? link.session === session : isOf(link, connection);
        if (gone) drop(link);
      }
    },
  };
}

const isOf = (link: Sender, connection: Connection): boolean => link.connection === connection;

function filterOf(link: Sender): string | undefined {
  const given = Filters.parse(link.source.filter)?.[SELECTOR_FILTER];
  if (given === undefined) return undefined;
  const text = Filter.safeParse(given);
  return text.success ? text.data : '(not a string)';
}

function readerOf(link: Sender, log: PartitionLog, next: number): Reader {
  const properties = Properties.safeParse(link.properties ?? {}).data ?? {};
  const wanted = [link.desired_capabilities ?? []].flat();
  // The typings of rhea lack the two counters; they are set in the constructor of every link.
  const credited = link as CreditedLink;
  return {
    link: credited,
    log,
    attached: false,
    next,
    sent: credited.delivery_count,
    name: properties['com.microsoft:receiver-name'] ?? 'nil',
    epoch: properties['com.microsoft:epoch'],
    metrics: wanted.includes('com.microsoft:enable-receiver-runtime-metric'),
  };
}

/** Sends what the log holds and the client's credit allows; queued sends are counted, rhea's credit ignores them. */
function pump(reader: Reader, host: ReceivingHost): void {
  const { link, log } = reader;
  if (!reader.attached) return;
  reader.sent = Math.max(reader.sent, link.delivery_count);
  reader.next = Math.max(reader.next, log.first);
  while (
    !host.isHeld() &&
    link.is_open() &&
    link.sendable() &&
    reader.sent - link.delivery_count < link.credit
  ) {
    const stored = log.at(reader.next);
    if (stored === undefined) return;
    link.send(stamped(stored, reader.metrics ? runtimeMetrics(log, host.now()) : undefined), undefined, 0);
    reader.next++;
    reader.sent++;
  }
}
