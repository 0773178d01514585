import { createDecipheriv, createHash } from 'node:crypto';
import { undoBzip2 } from './bzip2.js';
import { byIntake, Intake, type Undo } from './intake.js';
import { packetsOf } from './pgp-packets.js';
import { refused } from './refused.js';
import { inflateRaw, inflateZlib } from './zlib.js';

/** The ciphers that Node has, by the names of openpgp, with the length of their blocks in bytes. */
const CIPHERS: Readonly<Record<string, { readonly name: string; readonly block: number }>> = {
  aes128: { name: 'aes-128-cfb', block: 16 },
  aes192: { name: 'aes-192-cfb', block: 16 },
  aes256: { name: 'aes-256-cfb', block: 16 },
  tripledes: { name: 'des-ede3-cfb', block: 8 },
};

/** What proves a message to be whole and unaltered: a packet of its own, at its end, with a checksum. */
const PROOF_HEAD = Buffer.from([0xd3, 0x14]);
const PROOF = 22;

/** Whether {@link plainPackets} knows the cipher. */
export const isKnownCipher = (algorithm: string): boolean => algorithm in CIPHERS;

/**
 * Decrypts the body of an encrypted and integrity protected packet of version 1, behind its version (RFC 9580, section
 * 5.13.1). Throws `file.refused` at its end when it was altered or cut off.
 */
export async function* plainPackets(
  body: AsyncIterable<Uint8Array>,
  algorithm: string,
  key: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const cipher = CIPHERS[algorithm];
  if (!cipher) throw refused(`the PGP message is encrypted with ${algorithm}, which is not supported`);
  const decipher = createDecipheriv(cipher.name, key, Buffer.alloc(cipher.block));
  const sum = createHash('sha1');
  let held: Buffer = Buffer.alloc(0);
  // Random bytes, two of them twice, come before the packets.
  let random = cipher.block + 2;
  for await (const chunk of body) {
    const plain = Buffer.concat([held, decipher.update(chunk)]);
    const ready = plain.subarray(0, Math.max(0, plain.length - PROOF));
    held = plain.subarray(ready.length);
    sum.update(ready);
    if (ready.length > random) yield ready.subarray(random);
    random = Math.max(0, random - ready.length);
  }
  const wanted = Buffer.concat([PROOF_HEAD, sum.update(PROOF_HEAD).digest()]);
  if (!held.equals(wanted)) throw refused('the PGP message was cut off or altered');
}

const asItIs: Undo = async function* undo(chunks) {
  yield* chunks;
};

/** By the numbers of section 9.4. */
const COMPRESSIONS: readonly Undo[] = [asItIs, inflateRaw, inflateZlib, undoBzip2];

const TAG = { signature: 2, onePass: 4, compressed: 8, marker: 10, literal: 11, padding: 21 } as const;
const PASSED: readonly number[] = [TAG.signature, TAG.onePass, TAG.marker, TAG.padding];

/** The contents of a message that was decrypted: what is signed is taken as it is, what is compressed is undone. */
export function contents(depth = 0): Undo {
  return byIntake(async function* inner(intake) {
    for await (const { tag, body } of packetsOf(intake)) {
      if (tag === TAG.literal) yield* literal(body);
      else if (tag === TAG.compressed && depth < 2) yield* compressed(body, depth);
      else if (!PASSED.includes(tag))
        throw refused(`the PGP message holds a packet of kind ${tag}, which no file is`);
    }
  });
}

/** Behind its form, name and date. */
async function* literal(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const intake = new Intake(body);
  const [, nameLength = 0] = await intake.take(2);
  await intake.take(nameLength + 4);
  yield* rest(intake);
}

async function* compressed(body: AsyncIterable<Uint8Array>, depth: number): AsyncGenerator<Uint8Array> {
  const intake = new Intake(body);
  const [kind = 0] = await intake.take(1);
  const undo = COMPRESSIONS[kind];
  if (!undo) throw refused(`the PGP message is compressed in a way nobody knows (${kind})`);
  yield* contents(depth + 1)(undo(rest(intake)));
}

/** What an intake still gives. */
export async function* rest(intake: Intake): AsyncGenerator<Uint8Array> {
  while (!(await intake.isEmpty())) yield intake.drop(intake.bytes.length);
}
