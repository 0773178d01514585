import type { Answer } from '../vendor-answer.js';
import { json } from './answer.js';

const WINDOW_MS = 10_000;
const DAY_MS = 86_400_000;

/** How many requests an account takes. */
export interface Limits {
  /** Counts a request, or gives the 429 for one too many. */
  spend(at: number): Answer | undefined;
  /** Headers that every answer carries. */
  headers(at: number): Readonly<Record<string, string>>;
  used(at: number): { readonly day: number; readonly limit: number };
}

const tooMany = (policyName: string): Answer =>
  json(429, {
    status: 'error',
    message: `You have reached your ${policyName.toLowerCase()} limit.`,
    errorType: 'RATE_LIMIT',
    correlationId: 'c0ffee00-0000-4000-8000-000000000000',
    policyName,
  });

/** So many requests in any ten seconds, and so many a day (UTC, as if that were the account's time zone). */
export function createLimits(perWindow: number, perDay: number): Limits {
  let times: number[] = [];
  let day = { at: -1, count: 0 };
  const forget = (at: number): void => {
    times = times.filter((each) => each > at - WINDOW_MS);
    const today = Math.floor(at / DAY_MS);
    if (day.at !== today) day = { at: today, count: 0 };
  };
  return {
    spend(at) {
      forget(at);
      if (day.count >= perDay) return tooMany('DAILY');
      if (times.length >= perWindow) return tooMany('TEN_SECONDLY_ROLLING');
      times.push(at);
      day.count += 1;
      return undefined;
    },
    headers(at) {
      forget(at);
      return {
        'x-hubspot-ratelimit-max': String(perWindow),
        'x-hubspot-ratelimit-remaining': String(perWindow - times.length),
        'x-hubspot-ratelimit-interval-milliseconds': String(WINDOW_MS),
        'x-hubspot-ratelimit-daily': String(perDay),
        'x-hubspot-ratelimit-daily-remaining': String(perDay - day.count),
      };
    },
    used(at) {
      forget(at);
      return { day: day.count, limit: perDay };
    },
  };
}
