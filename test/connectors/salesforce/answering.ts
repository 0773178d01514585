import type { Outcome } from '../../../shared/core/remote.js';
import { fakeFetch, jsonResponse, never } from '../fakes.js';
import { contact, open, salesforceAt, TOKEN } from '../subjects.js';

/** What the org answers, and to how many rows. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rows?: number;
}

/** What `rows` actions become when the org answers so. Chance is 0.5, so that jittered waits are exact. */
export async function outcomesOf({
  status,
  body,
  headers = {},
  rows = 1,
}: Answer): Promise<readonly Outcome[]> {
  const { fetch } = fakeFetch(({ url }) =>
    url.endsWith('/token') ? jsonResponse(200, { access_token: TOKEN }) : jsonResponse(status, body, headers),
  );
  const connector = open(salesforceAt('acme.my.salesforce.com'), { fetch, random: () => 0.5 });
  return connector.send(
    Array.from({ length: rows }, (_, i) => contact(`p${i}`)),
    never(),
  );
}

/** The body of a refused request: its code is called `errorCode`. */
export const request = (errorCode: string, message = 'text') => [{ message, errorCode }];
/** A refused row: its code is called `statusCode`. */
export const row = (statusCode: string, message = 'text', fields: readonly string[] = []) => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});
/** The part of a retry outcome that matters. */
export const retrying = (scope: 'row' | 'connection', code: string, afterMs?: number) => ({
  kind: 'retry',
  scope,
  fault: { code },
  ...(afterMs === undefined ? {} : { afterMs }),
});
/** The part of a refusal that matters. */
export const rejected = (code: string) => ({ kind: 'rejected', code });
