import { gunzipSync } from 'node:zlib';
import type { Inflate } from '../core/envelope.js';
import { bad, ok } from '../core/fault.js';

/** gunzip that stops at the limit, so that a small message cannot fill the memory. */
export const inflate: Inflate = (bytes, limit) => {
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: limit }));
  } catch (cause) {
    if (cause instanceof RangeError) {
      return bad('decode.too-large', `the message inflates to more than ${limit} bytes`, { cause });
    }
    return bad('decode.compression', 'the message starts like gzip but cannot be inflated', { cause });
  }
};
