import type { AmqpError } from 'rhea';
import { noSuchPartition, notFound } from './amqp-errors.js';
import type { HubConfig } from './config.js';

/** Where a link leads, or why it leads nowhere. */
export type Resolved<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AmqpError };

/** Target of a sending client; without a partition the emulator chooses one per batch. */
export interface SendTarget {
  readonly hub: HubConfig;
  readonly partition: number | undefined;
}

/** Source of a reading client. */
export interface ReadSource {
  readonly hub: HubConfig;
  readonly group: string;
  readonly partition: number;
}

/** `hub/…` of an address or audience, in lower case: names are case-insensitive, some SDKs write whole URLs. */
export const pathOf = (address: string): string =>
  address
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .replace(/^\/+|\/+$/g, '')
    .toLowerCase();

/** Resolves `<hub>` or `<hub>/Partitions/<id>`. */
export function sendTarget(address: string, hubs: readonly HubConfig[]): Resolved<SendTarget> {
  const [, name, partition] = /^([^/]+)(?:\/partitions\/([^/]+))?$/.exec(pathOf(address)) ?? [];
  const hub = findHub(name, hubs);
  if (hub === undefined) return { ok: false, error: notFound(address) };
  if (partition === undefined) return { ok: true, value: { hub, partition: undefined } };
  const index = partitionIndex(partition, hub);
  return index.ok ? { ok: true, value: { hub, partition: index.value } } : index;
}

/** Resolves `<hub>/ConsumerGroups/<group>/Partitions/<id>`. */
export function readSource(address: string, hubs: readonly HubConfig[]): Resolved<ReadSource> {
  const [, name, group, partition] =
    /^([^/]+)\/consumergroups\/([^/]+)\/partitions\/([^/]+)$/.exec(pathOf(address)) ?? [];
  const hub = findHub(name, hubs);
  const known = hub?.groups.find((each) => each.toLowerCase() === group);
  if (hub === undefined || known === undefined || partition === undefined) {
    return { ok: false, error: notFound(address) };
  }
  const index = partitionIndex(partition, hub);
  return index.ok ? { ok: true, value: { hub, group: known, partition: index.value } } : index;
}

/** Finds a hub by name, whatever its case. */
export const findHub = (name: string | undefined, hubs: readonly HubConfig[]): HubConfig | undefined =>
  hubs.find((hub) => hub.name.toLowerCase() === name?.toLowerCase());

/** Reads a partition id: a plain number below the hub's count. */
export function partitionIndex(id: string, hub: HubConfig): Resolved<number> {
  const index = /^\d{1,2}$/.test(id) ? Number(id) : Number.NaN;
  return index < hub.partitions && String(index) === id
    ? { ok: true, value: index }
    : { ok: false, error: noSuchPartition(hub.partitions) };
}
