import type { LogEntry } from '../../../local/demo/oracle.js';

/** `namespace/id` of the demo's audiences, written out: the tests must not learn them from what they test. */
export const ID = {
  hot: 'ups/59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
  vip: 'CustomerAudienceUpload/vip-2026',
  cart: 'ups/c0a7e913-52d8-4b6f-8e21-7d94f1b3a605',
  news: 'ups/3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a',
  lapsed: 'ups/9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58',
} as const;

/** A membership in few words: status, and the day of January 2026 (or none) on which it was asserted. */
export type Said = readonly [audience: string, status: string | undefined, day: number | undefined];

/** Noon of a day in January 2026, as exports write it. */
export const noon = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T12:00:00Z`;

/** The `segmentMembership` that says this. */
export function memberships(said: readonly Said[]): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const [audience, status, day] of said) {
    const [namespace = '', id = ''] = audience.split('/');
    const membership = {
      ...(day === undefined ? {} : { lastQualificationTime: noon(day) }),
      ...(status === undefined ? {} : { status }),
    };
    found[namespace] = { ...found[namespace], [id]: membership };
  }
  return found;
}

/** A log entry with this value as its body. */
export const entryOf = (value: unknown, at: number): LogEntry => ({
  body: Buffer.from(JSON.stringify(value)),
  at,
});

/** An export of the person with the CRM id C-1, or with other identities. */
export const exported = (
  said: readonly Said[],
  at = 1000,
  attributes: object = {},
  identityMap: object = { crmid: [{ id: 'C-1' }] },
): LogEntry => entryOf({ ...attributes, segmentMembership: memberships(said), identityMap }, at);

/** The attributes that the demo rules read. */
export const named = (firstName: string, lastName: string): object => ({
  person: { name: { firstName, lastName } },
});
