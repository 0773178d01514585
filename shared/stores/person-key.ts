import { createHash } from 'node:crypto';

/**
 * What a person is filed under in a table: SHA-256 of the id as a JSON string, in hex. Any id fits, however long and
 * whatever is in it, and persons are spread evenly. JSON text keeps apart what UTF-8 alone would not (lone surrogates).
 */
export const personKey = (id: string): string =>
  createHash('sha256').update(JSON.stringify(id)).digest('hex');
