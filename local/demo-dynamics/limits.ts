import type { Answer } from '../vendor-answer.js';
import { refusal } from './answer.js';

const WINDOW_MS = 300_000;

/** The service protection limits (learn.microsoft.com, "Service protection API limits"). */
export interface Limits {
  /** Counts a request at a time (epoch milliseconds), of which so many are under way, or says that it is one too many. */
  refuse(now: number, open: number): Answer | undefined;
}

/** Limits of requests within five minutes and at one time. */
export function createLimits(requests: number, concurrent: number): Limits {
  const recent: number[] = [];
  return {
    refuse(now, open) {
      while ((recent[0] ?? Number.POSITIVE_INFINITY) <= now - WINDOW_MS) recent.shift();
      const first = recent[0];
      recent.push(now);
      if (recent.length > requests && first !== undefined) {
        const seconds = Math.max(1, Math.ceil((first + WINDOW_MS - now) / 1000));
        const text = `Number of requests exceeded the limit of ${requests} over time window of 300 seconds.`;
        return refusal(429, '0x80072322', text, { 'Retry-After': String(seconds) });
      }
      if (open <= concurrent) return undefined;
      const text = `Number of concurrent requests exceeded the limit of ${concurrent}.`;
      return refusal(429, '0x80072326', text, { 'Retry-After': '1' });
    },
  };
}
