import { createHash } from 'node:crypto';
import { ok, type Result } from '../core/fault.js';

/** Gives the SHA-256 of a text's UTF-8 bytes, hexadecimal in small letters. */
export const sha256 = (): Result<(text: string) => string> =>
  ok((text) => createHash('sha256').update(text, 'utf8').digest('hex'));
