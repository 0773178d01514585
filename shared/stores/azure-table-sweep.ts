import type { TableClient } from '@azure/data-tables';
import * as z from 'zod';
import type { Clock, StateStore } from '../core/ports.js';
import { EMPTY_STATE } from '../core/state.js';
import { ROW } from './azure-table-entity.js';
import { diagnose, saidIn } from './azure-table-trouble.js';
import { inParallel } from './parallel.js';

/** Where it is kept how far a sweep has come, beside the persons: no person's id begins with a colon. */
const PLACE = ':sweep';
/** Clocks of machines differ: what expired a moment ago may count for another still. */
const MARGIN_MS = 3_600_000;
/** Most entities in an answer; https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination */
const PAGE = 1_000;
const DELETES_AT_ONCE = 16;

/** A table and how to get rid of what has expired there. */
export interface SweepOptions {
  readonly client: TableClient;
  /** The store on that table: it remembers how far the last run came. */
  readonly store: StateStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** What one run came to. */
export interface Swept {
  readonly removed: number;
  /** Whether it has come to the end of the table; else the next run goes on where this one stopped. */
  readonly done: boolean;
}

const Expired = z.object({ partitionKey: z.string(), etag: z.string() });

/** Removes an entity unless somebody has written it since; true when it did. */
async function remove(entity: unknown, client: TableClient): Promise<boolean> {
  const { partitionKey, etag } = Expired.parse(entity);
  try {
    await client.deleteEntity(partitionKey, ROW, { etag });
    return true;
  } catch (error) {
    // Written since (412), or gone already (404, as of another entity than a table).
    const said = saidIn(error);
    if (said?.status === 412 || said?.code === 'ResourceNotFound' || said?.code === 'EntityNotFound')
      return false;
    throw error;
  }
}

/** How far the last run came: the service's own word for it; nothing when that run came to the end. */
async function placeIn({ store }: SweepOptions) {
  const known = (await store.read([PLACE])).get(PLACE);
  const value = known?.ok ? known.value.state.values.get('place')?.value : undefined;
  return {
    version: known?.ok ? known.value.version : undefined,
    token: typeof value === 'string' && value !== '' ? value : undefined,
  };
}

/** Remembers it. Should another run have done so meanwhile, that one counts: what is removed twice is not there. */
async function keepPlace(
  token: string | undefined,
  version: string | undefined,
  { store, clock }: SweepOptions,
) {
  const state = { ...EMPTY_STATE, values: new Map([['place', { value: token ?? '', at: clock.now() }]]) };
  await store.write([{ id: PLACE, state, expected: version, ttlDays: 30 }]);
}

async function sweepFrom(first: string | undefined, deadline: number, { client, clock }: SweepOptions) {
  const expired = new Date(clock.now() - MARGIN_MS).toISOString();
  const queryOptions = {
    filter: `RowKey eq '${ROW}' and expires lt datetime'${expired}'`,
    select: ['PartitionKey', 'RowKey'],
  };
  let removed = 0;
  let token = first;
  const pages = client
    .listEntities({ queryOptions })
    .byPage({ maxPageSize: PAGE, ...(first !== undefined && { continuationToken: first }) });
  for await (const page of pages) {
    const done = await inParallel([...page], DELETES_AT_ONCE, (entity) => remove(entity, client));
    removed += done.filter(Boolean).length;
    token = page.continuationToken;
    if (token === undefined || clock.now() >= deadline) break;
  }
  return { removed, token };
}

/**
 * Removes entities that have expired an hour ago or earlier, each under the condition that nobody has written it since: persons, pages of
 * the audit, signposts, leases. Begins no further page past the deadline (epoch milliseconds), and goes on from there the next time.
 * Throws `store.unavailable` when the table does not answer or refuses.
 */
export async function sweepTable(options: SweepOptions, deadline: number): Promise<Swept> {
  const { token: first, version } = await placeIn(options);
  try {
    const { removed, token } = await sweepFrom(first, deadline, options);
    await keepPlace(token, version, options);
    return { removed, done: token === undefined };
  } catch (error) {
    // The service may not know its own word any more: the next run begins anew, instead of failing for ever.
    if (first !== undefined && saidIn(error)?.status === 400) await keepPlace(undefined, version, options);
    throw diagnose(error, options.client.tableName)?.fault ?? error;
  }
}
