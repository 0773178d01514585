import { ReadableStream } from 'node:stream/web';
import type { PrivateKey } from 'openpgp';
import { ARMOR, unarmored } from './armor.js';
import type { Undo } from './intake.js';
import { refused } from './refused.js';
import type { DecryptKey } from './settings.js';

/** Tags of the packets that say for whom a message is encrypted, and the versions they have. */
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
    throw refused(
      'the key of `decrypt` cannot be read: it is to be an armored private key, with its passphrase',
      cause,
    );
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

/**
 * Decrypts an OpenPGP message for one of the keys. What comes out has not been proven to be whole and unaltered before it has
 * ended without a fault: a file is read to its end before anything is done with it.
 */
export const decrypted = (keys: readonly DecryptKey[], isArmored: boolean): Undo =>
  async function* undo(chunks) {
    if (keys.length === 0) throw refused('the file is encrypted with PGP, but `decrypt` names no key for it');
    const { decrypt, readMessage } = await import('openpgp');
    const decryptionKeys = await Promise.all(keys.map(opened));
    const config = { allowUnauthenticatedStream: true };
    const binaryMessage = streamOf(isArmored ? unarmored(chunks) : chunks);
    const message = await readMessage({ binaryMessage, config });
    const { data } = await decrypt({ message, decryptionKeys, format: 'binary', config });
    for await (const chunk of data) yield chunk;
  };
