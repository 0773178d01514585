import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import type { DecryptedSessionKey, PrivateKey } from 'openpgp';
import { Fault } from '../../core/fault.js';
import { ARMOR, unarmored } from './armor.js';
import { byIntake, Intake, type Undo } from './intake.js';
import { contents, isKnownCipher, plainPackets, rest } from './pgp-cipher.js';
import { longPacket, packetsOf, shortPacket } from './pgp-packets.js';
import { refused } from './refused.js';
import type { DecryptKey } from './settings.js';

/** Tags of the packets that say for whom a message is encrypted, and the versions they have. */
const MARKER = 10;
const KEY_PACKETS = new Set([1, 3]);
const VERSIONS = new Set([3, 4, 5, 6]);

/** Whether bytes begin like an encrypted message: a packet with a session key (RFC 9580, sections 4.2 and 5.1). */
export function isPgp(head: Uint8Array): boolean {
  if (Buffer.from(head.subarray(0, ARMOR.length)).toString('latin1') === ARMOR) return true;
  const [first = 0, second = 0] = head;
  if (first < 0x80) return false;
  const isNew = (first & 0x40) !== 0;
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f;
  const lengthBytes = isNew ? (second < 192 ? 1 : second < 224 ? 2 : 5) : 1 << (first & 3);
  return KEY_PACKETS.has(tag) && VERSIONS.has(head[1 + lengthBytes] ?? 0);
}

/** A key is given armored, or that in Base64, because settings are often a line. */
const armored = (key: string): string =>
  key.includes('-----BEGIN') ? key : Buffer.from(key, 'base64').toString('utf8');

async function opened({ privateKey, passphrase }: DecryptKey): Promise<PrivateKey> {
  const { readPrivateKey, decryptKey } = await import('openpgp');
  try {
    const key = await readPrivateKey({ armoredKey: armored(privateKey) });
    return key.isDecrypted() ? key : await decryptKey({ privateKey: key, passphrase: passphrase ?? '' });
  } catch (cause) {
    // No fault of any file: they wait until the secret is put right, also one whose rows have begun to act.
    const text =
      'the key of `decrypt` cannot be read: its secret is to be an armored private key, or that in Base64, with the passphrase that opens it';
    throw new Fault('config.invalid', text, { cause });
  }
}

function streamOf<T>(chunks: AsyncIterable<T>): ReadableStream<T> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<T>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** What the library needs to see behind the packets with session keys to tell us these keys: an encrypted packet, of zeros. */
const EMPTY = Buffer.from([0xd2, 23, 1, ...new Uint8Array(22)]);
const ENCRYPTED = 18;
/** Far more than a message for hundreds of keys begins with. */
const MOST_KEY_BYTES = 65_536;

async function sessionKey(
  keyPackets: Uint8Array,
  decryptionKeys: PrivateKey[],
): Promise<DecryptedSessionKey> {
  const { decryptSessionKeys, readMessage } = await import('openpgp');
  const message = await readMessage({ binaryMessage: Buffer.concat([keyPackets, EMPTY]) });
  const [found] = await decryptSessionKeys({ message, decryptionKeys });
  if (!found) throw refused('the PGP message has no session key');
  return found;
}

/** Ciphers that Node has not, and ways of encryption that Adobe does not use, are the library's. */
async function* byLibrary(
  message: AsyncIterable<Uint8Array>,
  decryptionKeys: PrivateKey[],
): AsyncGenerator<Uint8Array> {
  const { decrypt, readMessage } = await import('openpgp');
  const config = { allowUnauthenticatedStream: true };
  const read = await readMessage({ binaryMessage: streamOf(message), config });
  const { data } = await decrypt({ message: read, decryptionKeys, format: 'binary', config });
  for await (const chunk of data) yield chunk;
}

async function* joined(...parts: readonly AsyncIterable<Uint8Array>[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part;
}

/** What is in the encrypted packet. Its first byte says how it is encrypted. */
async function* encrypted(
  body: AsyncIterable<Uint8Array>,
  keyPackets: Uint8Array,
  keys: PrivateKey[],
): AsyncGenerator<Uint8Array> {
  const intake = new Intake(body);
  const version = await intake.take(1);
  if (version[0] === 1) {
    const { algorithm, data } = await sessionKey(keyPackets, keys);
    if (algorithm !== null && isKnownCipher(algorithm))
      return yield* contents()(plainPackets(rest(intake), algorithm, data));
  }
  const whole = joined(
    Readable.from([keyPackets]),
    longPacket(ENCRYPTED, joined(Readable.from([version]), rest(intake))),
  );
  yield* byLibrary(whole, keys);
}

/**
 * Decrypts an OpenPGP message for one of the keys. What comes out has not been proven to be whole and unaltered before it has
 * ended without a fault: a file is read to its end before anything is done with it. The library is asked for the session key;
 * what that opens we undo ourselves, because the library, given a damaged message as a stream, may wait for ever.
 */
export function decrypted(keys: readonly DecryptKey[], isArmored: boolean): Undo {
  // Unlocking a key takes a second of work by intention, and a file is opened several times.
  let unlocked: Promise<PrivateKey[]> | undefined;
  return async function* undo(chunks) {
    if (keys.length === 0) throw refused('the file is encrypted with PGP, but `decrypt` names no key for it');
    unlocked ??= Promise.all(keys.map(opened));
    const decryptionKeys = await unlocked;
    const message = byIntake((intake) => opening(intake, decryptionKeys));
    yield* message(isArmored ? unarmored(chunks) : chunks);
  };
}

async function* opening(intake: Intake, keys: PrivateKey[]): AsyncGenerator<Uint8Array> {
  let keyPackets: Uint8Array = new Uint8Array(0);
  let isOpened = false;
  for await (const packet of packetsOf(intake)) {
    if (KEY_PACKETS.has(packet.tag) && !isOpened)
      keyPackets = Buffer.concat([keyPackets, await shortPacket(packet, MOST_KEY_BYTES)]);
    else if (packet.tag === ENCRYPTED && !isOpened) {
      isOpened = true;
      yield* encrypted(packet.body, keyPackets, keys);
    } else if (packet.tag !== MARKER)
      throw refused('the PGP message is not of the kind that is encrypted for a key and proven to be whole');
  }
  if (!isOpened) throw refused('the PGP message ends too soon: it was cut off');
}
