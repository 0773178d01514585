import type { EventSource } from '../../shared/events/event-source.js';
import { type EventRecord, readEvents } from '../../shared/events/read-events.js';

/** Bytes in pieces of the given sizes, over and over. */
export async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** A file that lies in memory. */
export const sourceOf = (
  text: string | Uint8Array,
  { name = 'events.json', sizes = [1_000_000] }: { name?: string; sizes?: readonly number[] } = {},
): EventSource => ({
  name,
  format: name.endsWith('.csv') ? 'csv' : 'json',
  open: () => inPieces(Buffer.from(text), sizes),
});

/** Everything that is read of some files. */
export async function readAll(...sources: readonly EventSource[]): Promise<readonly EventRecord[]> {
  const all: EventRecord[] = [];
  for await (const some of readEvents(sources)) for (const one of some) all.push(one);
  return all;
}

/** Records in a few words: what was read, or the code of the fault, and the line. */
export const brief = (records: readonly EventRecord[]): readonly unknown[] =>
  records.map(({ line, item }) => [line, item.ok ? item.value : item.fault.code]);
