import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Json } from '../core/ports.js';

/** What is registered of one audience that somebody activated to this destination in Adobe's UI. */
export const AudienceRecord = z.object({
  /** Ours; Adobe keeps it as the audience's alias. */
  id: z.string(),
  name: z.string(),
  /** Adobe's id of the audience; missing when the customer's audience template does not send it. */
  audience: z.string().optional(),
  /** Its namespace in exports, where one has told it. */
  namespace: z.string().optional(),
  /** True when nobody registered it: exports carry its name. */
  seen: z.boolean().optional(),
  /** What it was called before, the latest first: rules that use such a name go on meaning it. */
  formerly: z.array(z.string()).optional(),
  description: z.string().optional(),
  /** Which way it came: the `source` of the address. */
  source: z.string().optional(),
  org: z.string().optional(),
  sandbox: z.string().optional(),
  destination: z.string().optional(),
  destinationName: z.string().optional(),
  /** ISO times: first registered, last changed, last export of files that Adobe told us about. */
  created: z.iso.datetime(),
  updated: z.iso.datetime(),
  notified: z.iso.datetime().optional(),
});
export type AudienceRecord = z.infer<typeof AudienceRecord>;

/** What a call of Adobe says of an audience. */
export type AudienceCall = Partial<
  Omit<AudienceRecord, 'id' | 'namespace' | 'seen' | 'formerly' | 'created' | 'updated' | 'notified'>
>;

/** Former names that are remembered of one audience. */
const MOST_FORMER = 10;

/** The member `formerly` of a record that is to have a name from now on. */
export function formerlyOf(
  known: AudienceRecord | undefined,
  name: string,
): Pick<AudienceRecord, 'formerly'> {
  if (known === undefined) return {};
  const all = [known.name, ...(known.formerly ?? [])].filter((one) => one !== '' && one !== name);
  const formerly = [...new Set(all)].slice(0, MOST_FORMER);
  return formerly.length > 0 ? { formerly } : {};
}

/**
 * Our id for an audience: the same for every repetition of the same call, because Adobe documents no retries and so may
 * make any. An audience is another one in another org, sandbox, destination or source.
 */
export function audienceIdOf(call: AudienceCall): string {
  const { org, sandbox, source, destination, audience, name } = call;
  const which = audience === undefined ? ['name', name] : ['id', audience];
  const key = JSON.stringify([org, sandbox, source, destination, ...which].map((part) => part ?? null));
  return `aud_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`;
}

/** A record as JSON, without the members that are not there. */
export function recordJson(record: AudienceRecord): { [name: string]: Json } {
  const json: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(record)) if (value !== undefined) json[name] = value;
  return json;
}
