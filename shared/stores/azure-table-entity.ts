import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';

/** A binary property holds 64 KiB, https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const PART_BYTES = 64 * 1024;
/** An entity holds 1 MiB. Azurite weighs its base64 text, a third more than its bytes; eleven parts fit either way. */
const PARTS = 11;

/** What an entity has room for, in bytes. */
export const MAX_STATE = PART_BYTES * PARTS;

/** Each person is a partition with this one row: partitions are what the service spreads its load by. */
export const ROW = 'state';

/** What is stored besides the state. */
export interface EntityHead {
  readonly key: string;
  /** Which write made it: tells our own from another's when an answer got lost. */
  readonly writer: string;
  /** Epoch seconds. */
  readonly expires: number;
}

const partName = (index: number): string => `state${index}`;

/** The entity of a person; a state longer than a property holds goes on in the next. */
export function toEntity({ key, writer, expires }: EntityHead, state: Uint8Array) {
  const parts: Record<string, Uint8Array> = {};
  for (let i = 0; i * PART_BYTES < state.length; i++)
    parts[partName(i)] = state.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
  return { partitionKey: key, rowKey: ROW, writer, expires: new Date(expires * 1000), ...parts };
}

/** The properties that say whose an entity is and until when it counts. */
export const HEAD_PROPERTIES = ['writer', 'expires'];

const Head = z.object({ etag: z.string(), writer: z.string(), expires: z.date() });
const Part = z.instanceof(Uint8Array);

/** What an entity says of itself. */
export interface Found {
  readonly etag: string;
  readonly writer: string;
  /** Epoch seconds. */
  readonly expires: number;
}

/** Reads {@link HEAD_PROPERTIES} of an entity; a `store.format` fault when it is none of ours. */
export function readHead(entity: unknown, table: string): Result<Found> {
  const parsed = Head.safeParse(entity);
  if (parsed.success) return ok({ ...parsed.data, expires: parsed.data.expires.getTime() / 1000 });
  const text = `an entity of the Azure table ${table} is not as tributary writes them (writer, expires, state0)`;
  return bad('store.format', text, { cause: parsed.error });
}

/** The bytes of the state in an entity, joined from its properties. */
export function stateIn(entity: Readonly<Record<string, unknown>>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; ; i++) {
    const part = Part.safeParse(entity[partName(i)]);
    if (!part.success) return Buffer.concat(parts);
    parts.push(part.data);
  }
}
