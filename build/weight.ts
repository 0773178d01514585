import type { Written } from './bundle.js';

/** Sizes of a bundle in bytes, without its source maps. */
export interface Weight {
  /** What is read before the first event: the entry and all that it imports at once. Stores and connectors come with the event. */
  readonly atStart: number;
  /** That and everything that is imported when it is needed, or never. */
  readonly inAll: number;
}

const isCode = (path: string): boolean => path.endsWith('.mjs');

/** The file that begins a bundle. */
export function entryOf({ outputs }: Written): string {
  const entry = Object.keys(outputs).find((path) => path.endsWith('/index.mjs'));
  if (entry === undefined) throw new Error('the bundle has no index.mjs');
  return entry;
}

/** Files that are read with a file of the bundle, itself among them. */
export function readWith({ outputs }: Written, first: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [first];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { path: to, kind, external } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) waiting.push(to);
  }
  return seen;
}

/** Weighs a bundle. */
export function weigh(written: Written): Weight {
  const bytes = (paths: Iterable<string>): number =>
    [...paths].filter(isCode).reduce((sum, path) => sum + (written.outputs[path]?.bytes ?? 0), 0);
  return {
    atStart: bytes(readWith(written, entryOf(written))),
    inAll: bytes(Object.keys(written.outputs)),
  };
}
