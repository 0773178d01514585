import type { Intake } from './intake.js';
import { refused } from './refused.js';

const PIECE = 65_536;

/** One packet of a message. Its body is read before the next packet is asked for; what is left of it then is passed. */
export interface Packet {
  readonly tag: number;
  readonly body: AsyncGenerator<Uint8Array>;
}

/** How many bytes follow; `isPartial`: and after them another length. */
interface Length {
  readonly count: number;
  readonly isPartial: boolean;
}

const whole = (count: number): Length => ({ count, isPartial: false });

/** A whole number of one to four bytes. */
async function number(intake: Intake, bytes: number): Promise<number> {
  return (await intake.take(bytes)).reduce((value, byte) => value * 256 + byte, 0);
}

async function newLength(intake: Intake): Promise<Length> {
  const first = await number(intake, 1);
  if (first < 192) return whole(first);
  if (first < 224) return whole((first - 192) * 256 + (await number(intake, 1)) + 192);
  return first === 255 ? whole(await number(intake, 4)) : { count: 2 ** (first & 31), isPartial: true };
}

async function oldLength(intake: Intake, type: number): Promise<Length> {
  return whole(type === 3 ? Number.POSITIVE_INFINITY : await number(intake, 1 << type));
}

async function* bodyOf(intake: Intake, first: Length): AsyncGenerator<Uint8Array> {
  let length = first;
  for (;;) {
    let left = length.count;
    while (left > 0) {
      if (await intake.isEmpty()) {
        if (length.count === Number.POSITIVE_INFINITY) return;
        throw refused('the PGP message ends too soon: it was cut off');
      }
      const part = intake.drop(Math.min(left, intake.bytes.length, PIECE));
      left -= part.length;
      yield part;
    }
    if (!length.isPartial) return;
    length = await newLength(intake);
  }
}

/** The packets of a message, one after another (RFC 9580, section 4.2). Throws `file.refused` when one ends too soon. */
export async function* packetsOf(intake: Intake): AsyncGenerator<Packet> {
  while (!(await intake.isEmpty())) {
    const head = await number(intake, 1);
    if (head < 0x80) throw refused('the PGP message is damaged');
    const isNew = (head & 0x40) !== 0;
    const tag = isNew ? head & 0x3f : (head >> 2) & 0x0f;
    const body = bodyOf(intake, isNew ? await newLength(intake) : await oldLength(intake, head & 3));
    yield { tag, body };
    for await (const _ of body);
  }
}

/** A short packet, whole again: what was read of it, with a head of our own. */
export async function shortPacket({ tag, body }: Packet, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > most)
      throw refused('the PGP message begins with a packet that is longer than any program writes');
    parts.push(part);
  }
  return Buffer.concat([headOf(tag, length), ...parts]);
}

const headOf = (tag: number, length: number): Buffer => {
  const head = Buffer.from([0xc0 | tag, 0xff, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 2);
  return head;
};

/** A long packet again, of a body whose length nobody knows yet. */
export async function* longPacket(tag: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from([0xc0 | tag]);
  let held: Uint8Array = new Uint8Array(0);
  for await (const chunk of body) {
    held = Buffer.concat([held, chunk]);
    for (; held.length >= PIECE; held = held.subarray(PIECE)) {
      // 2^16 bytes, and then another length.
      yield Buffer.from([0xf0]);
      yield held.subarray(0, PIECE);
    }
  }
  yield headOf(0, held.length).subarray(1);
  yield held;
}
