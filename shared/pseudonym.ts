import { createHmac } from 'node:crypto';

/** One-way names of persons: 64 bits of an HMAC in hexadecimal, so that they cannot be found by trying without the key. */
export const pseudonymOf =
  (key: string | Uint8Array) =>
  (person: string): string =>
    createHmac('sha256', key).update(person).digest('hex').slice(0, 16);
