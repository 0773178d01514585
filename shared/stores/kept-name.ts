import { createHash } from 'node:crypto';
import type { KeptMessage } from '../core/kept.js';

/** Characters of a hash that people are shown and may type: enough to tell a million letters apart. */
const REF_LENGTH = 12;

/** What a kept message is called by people. */
export const refOf = (hash: string): string => hash.slice(0, REF_LENGTH);

/**
 * One name for one record of one message of one source, in hex: whatever is in their ids, and however long they are, it
 * fits. JSON text keeps apart what joining would not, and what UTF-8 would not (lone surrogates).
 */
export const keptHash = ({ message: { source, id }, record }: KeptMessage): string =>
  createHash('sha256')
    .update(JSON.stringify([source, id, record ?? null]))
    .digest('hex');

/** First and last instant that have a day of ten characters. */
const MOST_MS = Date.UTC(9999, 11, 31);

/** The day the first durable log took the message in: the same however often and whenever it is kept. */
export function dayOf({ message: { at } }: KeptMessage): string {
  const dated = at >= 0 && at <= MOST_MS;
  return dated ? new Date(at).toISOString().slice(0, 10) : 'undated';
}

/** Where a dead letter lies: burying it again leads to the same place. */
export const letterName = (kept: KeptMessage): string => `letters/${dayOf(kept)}/${keptHash(kept)}`;

/** Where a parked message too long for its queue lies. Each time it is parked it is another: the one before may be read yet. */
export const claimName = (kept: KeptMessage, token: string): string =>
  `parked/${dayOf(kept)}/${keptHash(kept)}-${token}`;

/** The hash in the name of a letter; nothing for what somebody else has put there. */
export const hashIn = (name: string): string | undefined =>
  /^letters\/[^/]+\/([0-9a-f]{64})$/.exec(name)?.[1];
