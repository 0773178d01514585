import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares two texts in a time that tells nothing of either, their lengths included. */
export const sameText = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

/** True when the text is one of several; all of them are compared, whichever it is. */
export const isOneOf = (text: string, known: readonly string[]): boolean =>
  known.map((other) => sameText(text, other)).includes(true);
