import type { EndingName } from '../../../shared/core/ports.js';

const numbers = new Intl.NumberFormat('en');

/** A count with its thousands apart. */
export const count = (value: number): string => numbers.format(value);

/** A rate a second, as exact as it is of use. */
export const rate = (value: number): string =>
  value === 0 ? '0' : value < 10 ? value.toFixed(1) : numbers.format(Math.round(value));

/** A span of milliseconds in the unit that suits it. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The time of day of an instant of epoch milliseconds, to the millisecond, as this machine has it. */
export function clock(at: number): string {
  const time = new Date(at);
  const rest = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${rest}`;
}

/** An instant of epoch milliseconds in full. */
export const instant = (at: number): string =>
  new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');

/** Control characters but for line breaks and tabs, marks that turn the direction of writing round, halves of characters. */
const HIDDEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}]/gu;

/** A text with everything visible in it that would act on the text around instead of being seen. */
export const visible = (text: string): string =>
  text.replace(HIDDEN, (char) =>
    char === '\n' || char === '\t' ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );

/** The first characters of a text, and how many more there are. */
export function clipped(text: string, most: number): { readonly text: string; readonly more: number } {
  return text.length <= most ? { text, more: 0 } : { text: text.slice(0, most), more: text.length - most };
}

/** What each ending means, in a few words. */
export const MEANINGS: Readonly<Record<EndingName, string>> = {
  delivered: 'the target accepted the change',
  unchanged: 'the target holds it already',
  irrelevant: 'no rule wants it',
  stale: 'older than what is known',
  withheld: 'consent says no',
  unaddressed: 'no usable key; kept',
  rejected: 'the target refused the row; dead letter',
  malformed: 'cannot be read; dead letter',
  parked: 'waits in the retry queue',
  held: 'given back to the stream',
};
