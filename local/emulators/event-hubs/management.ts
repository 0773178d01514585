import rhea, { type AmqpError } from 'rhea';
import * as z from 'zod';
import { findHub, partitionIndex } from './address.js';
import { notFound, notImplemented } from './amqp-errors.js';
import type { HubConfig } from './config.js';
import type { HubData } from './data.js';
import type { PartitionLog } from './log.js';
import type { Reply, Request } from './request-node.js';

const { wrap_array, wrap_int, wrap_long, wrap_string, wrap_timestamp } = rhea.types;

/** Type code of a string of up to 255 bytes, the element type of the partition ids. */
const STR8 = 0xa1;

const Read = z.object({
  operation: z.literal('READ'),
  type: z.enum(['com.microsoft:eventhub', 'com.microsoft:partition']),
  name: z.string(),
  partition: z.coerce.string().optional(),
});

const refused = (status: number, { condition = '', description = '' }: AmqpError): Reply => ({
  status,
  condition,
  description,
});

/** Answers the two READ operations of `$management`: a hub's properties and a partition's. */
export function answerManagement(
  request: Request,
  hubs: readonly HubConfig[],
  dataOf: (hub: HubConfig) => HubData,
): Reply {
  const read = Read.safeParse(request.application_properties);
  if (!read.success) return refused(400, notImplemented('This management operation'));
  const { name, type, partition = '' } = read.data;
  const hub = findHub(name, hubs);
  if (hub === undefined) return refused(404, notFound(name));
  if (type === 'com.microsoft:eventhub') return succeeded(hubProperties(hub, dataOf(hub)));
  const index = partitionIndex(partition, hub);
  if (!index.ok) return refused(400, index.error);
  const log = dataOf(hub).partitions[index.value];
  return log === undefined
    ? refused(404, notFound(name))
    : succeeded(partitionProperties(hub, partition, log));
}

const succeeded = (body: Readonly<Record<string, unknown>>): Reply => ({
  status: 200,
  description: 'OK',
  body,
});

function hubProperties(hub: HubConfig, data: HubData) {
  const ids = Array.from({ length: hub.partitions }, (_, index) => String(index));
  return {
    name: hub.name,
    type: 'com.microsoft:eventhub',
    created_at: wrap_timestamp(data.createdAt),
    partition_count: wrap_int(hub.partitions),
    partition_ids: wrap_array(ids, STR8, undefined),
    georeplication_factor: wrap_int(1),
  };
}

function partitionProperties(hub: HubConfig, partition: string, log: PartitionLog) {
  const { last } = log;
  return {
    name: hub.name,
    type: 'com.microsoft:partition',
    partition,
    begin_sequence_number: wrap_long(last === undefined ? -1 : log.first),
    last_enqueued_sequence_number: wrap_long(last?.sequenceNumber ?? -1),
    last_enqueued_offset: wrap_string(String(last?.offset ?? -1)),
    last_enqueued_time_utc: wrap_timestamp(last?.enqueuedAt ?? 0),
    is_partition_empty: last === undefined,
  };
}
