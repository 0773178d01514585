const SECONDS = /^\d{1,9}(?:\.\d{1,9})?$/;
/** The three forms of RFC 9110 section 5.6.7; `Date.parse` alone would also read "in 5 minutes" as a date. */
const IMF = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC850 = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

function instant(text: string): number {
  if (IMF.test(text) || RFC850.test(text)) return Date.parse(text);
  return ASCTIME.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}

/**
 * Milliseconds a `Retry-After` header asks to wait: seconds, decimal seconds (some vendors) or an HTTP date.
 * A date in the past is 0; anything unreadable is no hint at all.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Math.round(Number(text) * 1000);
  const at = instant(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
