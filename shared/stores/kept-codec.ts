import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { bad, FAULTS, Fault, type FaultCode, ok, type Result } from '../core/fault.js';
import type { KeptMessage, Reason } from '../core/kept.js';
import type { Message } from '../core/ports.js';
import { exactJson } from './exact-json.js';
import { Head, Time } from './kept-head.js';

/*
 * A kept message is `TKM`, a byte for the format (1), a byte for what follows, and that: PLAIN or DEFLATED, the length of
 * the head in four bytes, the head as JSON, the body; CLAIM, JSON that says where such bytes lie. A body that came as
 * bytes is kept as those bytes, whatever they are; text and values a platform has parsed become JSON.
 */
const MAGIC = Buffer.from('TKM');
const FORMAT = 1;
const PLAIN = 0;
const DEFLATED = 1;
const CLAIM = 2;
const LEAD = MAGIC.length + 2;

/** The largest message a stream hands over is 10 MiB; what inflates to more was not written by us. */
const MAX_INFLATED = 64 * 1024 * 1024;

/** As in the state's codec: zlib's own buffers of 16 kB cost more than the packing of a message. */
const CHUNK = { chunkSize: 4096 };

/** As claimName in kept-name.ts makes them: whoever can write into the queue must not have other objects removed. */
const Pointer = z.object({ claim: z.string().regex(/^parked\/[\w-]+\/[0-9a-f]{64}-[\w-]+$/), due: Time });

/** What {@link decodeKept} found: a message, or where one lies; and when it is due, if it waits. */
export type Decoded =
  | { readonly kind: 'kept'; readonly kept: KeptMessage; readonly due: number | undefined }
  | { readonly kind: 'claim'; readonly claim: string; readonly due: number };

const lead = (kind: number): Uint8Array => Buffer.concat([MAGIC, Buffer.of(FORMAT, kind)]);

function bodyOf({ body }: Message): { kind: Head['body']; bytes: Uint8Array } {
  if (body instanceof Uint8Array) return { kind: 'bytes', bytes: body };
  if (body === undefined) return { kind: 'none', bytes: new Uint8Array() };
  return { kind: 'json', bytes: Buffer.from(exactJson(body)) };
}

const textOf = ({ code, message }: Fault): Head['fault'] => ({ code, text: message });

/** The message as bytes, with its reason and history. Of the fault its code and text are kept, never a stack. */
export function encodeKept({ message, fault, ...kept }: KeptMessage, due?: number): Uint8Array {
  // What a message owes is said by the letter, not by what the letter was made from, nor what was judged of that.
  const { body: _, owed: __, judged: ___, ...position } = message;
  const { kind, bytes } = bodyOf(message);
  const head = Buffer.from(
    JSON.stringify({
      message: position,
      body: kind,
      fault: textOf(fault),
      ...kept,
      ...(kept.beside && { beside: { ...kept.beside, fault: textOf(kept.beside.fault) } }),
      due,
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  const payload = Buffer.concat([length, head, bytes]);
  const packed = deflateRawSync(payload, CHUNK);
  return packed.length < payload.length
    ? Buffer.concat([lead(DEFLATED), packed])
    : Buffer.concat([lead(PLAIN), payload]);
}

/** What lies in the queue for a message whose bytes lie elsewhere. */
export const encodeClaim = (claim: string, due: number): Uint8Array =>
  Buffer.concat([lead(CLAIM), Buffer.from(JSON.stringify({ claim, due }))]);

const unreadable = (why: string, cause?: unknown): Result<never> =>
  bad('park.format', `a kept message cannot be read: ${why}`, { cause });

const isKnown = (code: string): code is FaultCode => Object.hasOwn(FAULTS, code);

/** Members that are absent stay absent, which `undefined` would not be. */
const present = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  // Whatever was undefined has just been left out.
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function reasonOf({ fault: { code, text }, remote }: Pick<Head, 'fault' | 'remote'>): Result<Reason> {
  if (!isKnown(code)) return unreadable(`its fault ${code} is of a newer version of tributary`);
  return ok({ fault: new Fault(code, text), ...(remote && { remote: present(remote) }) });
}

function toKept(head: Head, bytes: Uint8Array): Result<Decoded> {
  const { message, body: kind, fault, due, remote, doubts, beside, owed, ...rest } = head;
  const [why, other] = [reasonOf({ fault, remote }), beside && reasonOf(beside)];
  if (!why.ok) return why;
  if (other && !other.ok) return other;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const body: unknown =
    kind === 'bytes' ? bytes : kind === 'json' ? JSON.parse(text.toString('utf8')) : undefined;
  const kept = {
    ...present(rest),
    message: { ...present(message), body },
    ...why.value,
    ...(doubts && { doubts: doubts.map((doubt) => present(doubt)) }),
    ...(other && { beside: other.value }),
    ...(owed && { owed: owed.map((edge) => present(edge)) }),
  };
  return ok({ kind: 'kept', kept, due });
}

function readPayload(payload: Buffer): Result<Decoded> {
  const end = 4 + payload.readUInt32BE(0);
  if (end > payload.length) return unreadable('it was cut off');
  const head = Head.safeParse(JSON.parse(payload.toString('utf8', 4, end)));
  return head.success
    ? toKept(head.data, payload.subarray(end))
    : unreadable('its head is not laid out as its format says', head.error);
}

function readPointer(payload: Buffer): Result<Decoded> {
  const pointer = Pointer.safeParse(JSON.parse(payload.toString('utf8')));
  return pointer.success
    ? ok({ kind: 'claim', ...pointer.data })
    : unreadable('it does not say where its bytes lie', pointer.error);
}

function readKind(kind: number | undefined, payload: Buffer): Result<Decoded> {
  if (kind === CLAIM) return readPointer(payload);
  if (kind === PLAIN) return readPayload(payload);
  return kind === DEFLATED
    ? readPayload(inflateRawSync(payload, { ...CHUNK, maxOutputLength: MAX_INFLATED }))
    : unreadable(`what follows (${kind ?? 'nothing'}) is not known`);
}

/** True for bytes that begin as kept messages do, whatever their format. */
export const isKept = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/**
 * Reads what {@link encodeKept} or {@link encodeClaim} of this or an older version made. A `park.format` fault for
 * anything else; it says what is wrong and quotes nothing.
 */
export function decodeKept(bytes: Uint8Array): Result<Decoded> {
  if (!isKept(bytes)) return unreadable('it does not begin as those of tributary do');
  const [format = 0, kind] = bytes.subarray(MAGIC.length);
  if (format > FORMAT)
    return unreadable(`it is in format ${format}, of a newer version; this one reads up to ${FORMAT}`);
  if (format < FORMAT) return unreadable('there is no such format');
  const payload = Buffer.from(bytes.buffer, bytes.byteOffset + LEAD, Math.max(0, bytes.length - LEAD));
  try {
    return readKind(kind, payload);
  } catch (cause) {
    return unreadable('it is damaged', cause);
  }
}

/** Reads a message that must be there itself: a `park.format` fault also for bytes that only say where it lies. */
export function decodeWhole(bytes: Uint8Array): Result<KeptMessage> {
  const decoded = decodeKept(bytes);
  if (!decoded.ok) return decoded;
  return decoded.value.kind === 'kept'
    ? ok(decoded.value.kept)
    : unreadable('it says that its bytes lie somewhere else once more');
}
