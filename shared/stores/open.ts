import { Fault } from '../core/fault.js';
import type { Clock, StateStore } from '../core/ports.js';
import { memoryStore } from './memory.js';
import { type MemoryKept, memoryKept } from './memory-kept.js';

/** Where a name after `memory:` leads, per process: two functions that name the same memory share it. */
const stores = new Map<string, StateStore>();
const kept = new Map<string, MemoryKept>();

const MEMORY = /^memory:(?<name>[\w-]+)$/;

function memoryName(setting: string, value: string): string {
  const name = MEMORY.exec(value)?.groups?.['name'];
  if (name !== undefined) return name;
  const text = `${setting} is ${JSON.stringify(value)}; this version knows memory:NAME (kept by the process, lost with it)`;
  throw new Fault('config.invalid', text);
}

/** Opens the state store a setting names. The same name gives the same store within a process. */
export async function openStore(value: string): Promise<StateStore> {
  const name = memoryName('TRIBUTARY_STATE', value);
  const store = stores.get(name) ?? memoryStore();
  stores.set(name, store);
  return store;
}

/** Opens the place a setting names for parked messages or dead letters. Same setting and name, same place. */
export async function openKept(setting: string, value: string, clock: Clock): Promise<MemoryKept> {
  const name = `${setting} ${memoryName(setting, value)}`;
  const place = kept.get(name) ?? memoryKept(clock);
  kept.set(name, place);
  return place;
}

/** Forgets every memory of this process: for a fresh start within it. */
export function closeMemories(): void {
  stores.clear();
  kept.clear();
}
