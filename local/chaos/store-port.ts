import type { StateStore, StateWrite } from '../../shared/core/ports.js';
import { personKey } from '../../shared/stores/person-key.js';
import { dynamoPort } from './dynamodb-port.js';
import type { Invocation } from './host.js';
import { memoryPort } from './memory-port.js';
import type { Find } from './process.js';
import { tablePort } from './table-port.js';
import type { World } from './world.js';

/** Told of every write that took effect, by the key the store files it under. */
export type Took = (key: string) => void;

/** Rows that the rules write. What is done once is announced by its key, and only when it is sent. */
const ROWS = ['Contact', 'Audience_Entry__c', 'Reader#news', 'State'];

/** Begins the target of what must not be repeated. */
const CALL = 'pager/';

/** `entry:key` → key. */
const keyOf = (id: string): string => id.slice(id.indexOf(':') + 1);

function told({ id, state: { claim, unsure, claimants } }: StateWrite): string {
  if (claimants.length > 0) return `${id}: leads to ${claimants.map(({ to }) => to).join(', ')}`;
  return claim ? `${id}: claim by ${claim.by}, unsure of ${[...unsure].join(' ')}` : `${id}: state`;
}

function open(world: World, invocation: Invocation, took: Took): StateStore {
  switch (world.climate.store) {
    case 'memory':
      return memoryPort(world, invocation, took);
    case 'dynamodb':
      return dynamoPort(world, invocation, took);
    case 'azure-table':
      return tablePort(world, invocation, took);
  }
}

/** The state store as one invocation reaches it, with what becomes of each write told to the judge. */
function storeOf(world: World, invocation: Invocation): StateStore {
  const { repeats, doubts, story } = world;
  const { name } = invocation;
  const fileUnder = world.climate.store === 'memory' ? (id: string): string => id : personKey;
  const underway = new Map<string, StateWrite>();
  const note = (write: StateWrite, isWritten: boolean): void => {
    story.tell(() => `${name} ${isWritten ? 'wrote' : 'did not write'} ${told(write)}`);
    // An id that leads to a person says nothing about rows.
    if (write.state.claimants.length > 0) return;
    const key = keyOf(write.id);
    if (write.state.claim && isWritten) {
      repeats.leased(invocation, key, ROWS);
      if ([...write.state.unsure].some((target) => target.startsWith(CALL)))
        doubts.announced(invocation, key);
    } else {
      repeats.recorded(invocation, key, isWritten);
      doubts.recorded(invocation, key, isWritten);
    }
  };
  const settle = (key: string, isWritten: boolean): void => {
    const write = underway.get(key);
    if (write && underway.delete(key)) note(write, isWritten);
  };
  const inner = open(world, invocation, (key) => settle(key, true));
  return {
    ...inner,
    async write(writes, signal, deadline) {
      for (const write of writes) underway.set(fileUnder(write.id), write);
      try {
        return await inner.write(writes, signal, deadline);
      } finally {
        for (const { id } of writes) settle(fileUnder(id), false);
      }
    },
  };
}

/** The state store of a process: each invocation reaches it by itself. */
export function storePort(world: World, find: Find): StateStore {
  const stores = new WeakMap<Invocation, StateStore>();
  const of = (signal: AbortSignal | undefined): StateStore => {
    const invocation = find(signal);
    const store = stores.get(invocation) ?? storeOf(world, invocation);
    stores.set(invocation, store);
    return store;
  };
  return {
    kind: world.climate.store,
    read: (ids, signal, deadline) => of(signal).read(ids, signal, deadline),
    write: (writes, signal, deadline) => of(signal).write(writes, signal, deadline),
  };
}
