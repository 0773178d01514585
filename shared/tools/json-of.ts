import type { Json } from '../core/ports.js';

const MOST_DEPTH = 32;
const MOST_VALUES = 10_000;

/** A copy of a value that is JSON, not nested too deep and not too long; undefined for anything else, cycles included. */
export const jsonOf = (value: unknown): Json | undefined => copy(value, { depth: 0, values: 0 });

/** How deep a copy is, and how many values it has so far. */
interface Progress {
  depth: number;
  values: number;
}

function copy(value: unknown, progress: Progress): Json | undefined {
  progress.values += 1;
  if (progress.values > MOST_VALUES) return undefined;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || progress.depth >= MOST_DEPTH) return undefined;
  progress.depth += 1;
  const made = Array.isArray(value) ? copyList(value, progress) : copyObject(value, progress);
  progress.depth -= 1;
  return made;
}

function copyList(list: readonly unknown[], progress: Progress): Json[] | undefined {
  const items: Json[] = [];
  for (const item of list) {
    const copied = copy(item, progress);
    if (copied === undefined) return undefined;
    items.push(copied);
  }
  return items;
}

function copyObject(object: object, progress: Progress): Json | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(object)) {
    const copied = copy(item, progress);
    if (copied === undefined) return undefined;
    entries.push([key, copied]);
  }
  return Object.fromEntries(entries);
}
