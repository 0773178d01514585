const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;

/** The org's API requests of the last 24 hours, counted by the minute (Salesforce's window rolls, too). */
export interface Quota {
  /** Counts one request, or says that there is none left. */
  spend(at: number): boolean;
  /** The value of the `Sforce-Limit-Info` header. */
  header(at: number): string;
  /** As `GET …/limits` has it. */
  left(at: number): { readonly Max: number; readonly Remaining: number };
}

/** A quota of `limit` requests in any 24 hours. */
export function createQuota(limit: number): Quota {
  const minutes = new Map<number, number>();
  let used = 0;
  const forget = (at: number): void => {
    const oldest = Math.floor(at / MINUTE) - DAY_MINUTES;
    for (const [minute, count] of minutes) {
      if (minute > oldest) break;
      minutes.delete(minute);
      used -= count;
    }
  };
  return {
    spend(at) {
      forget(at);
      if (used >= limit) return false;
      const minute = Math.floor(at / MINUTE);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
      used += 1;
      return true;
    },
    header(at) {
      forget(at);
      return `api-usage=${used}/${limit}`;
    },
    left(at) {
      forget(at);
      return { Max: limit, Remaining: limit - used };
    },
  };
}
