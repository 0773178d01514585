import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CompiledRules } from '../core/compiled.js';
import { Fault } from '../core/fault.js';
import { personOf } from '../core/person.js';
import { readProfile } from '../core/profile.js';
import type { Aside } from './aside.js';
import type { Members } from './members.js';
import { ORIGIN_MEMBER, type Origin } from './origin.js';
import type { Entry } from './ports.js';
import type { Item } from './split.js';
import { isTestProfile } from './test-profile.js';

/** The items of a call, by where they go. */
export interface Sorted {
  readonly entries: readonly Entry[];
  /** Items that no rule could ever read. */
  readonly malformed: readonly Aside[];
  readonly testProfiles: readonly Aside[];
}

const pack = promisify(gzip);

/** One-way and short: partition keys are seen in consoles and metrics. */
const hash = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex').slice(0, 32);

/** What is too long for the stream goes in packed: its consumer unpacks gzip. */
const fitting = async (body: Uint8Array, maxBytes: number): Promise<Uint8Array> =>
  body.length > maxBytes ? pack(body) : body;

const withOrigin = (profile: Members, origin: Origin): Members =>
  Object.keys(origin).length > 0 ? { ...profile, [ORIGIN_MEMBER]: origin } : profile;

type Judged = { readonly kind: keyof Sorted; readonly entry?: Entry; readonly aside?: Aside };

async function judge(item: Item, origin: Origin, rules: CompiledRules, maxBytes: number): Promise<Judged> {
  if (!item.ok) return { kind: 'malformed', aside: { body: Buffer.from(item.text), fault: item.fault } };
  const profile = withOrigin(item.profile, origin);
  const body = Buffer.from(JSON.stringify(profile));
  const read = readProfile(profile);
  if (!read.ok) return { kind: 'malformed', aside: { body, fault: read.fault } };
  if (isTestProfile(read.value)) {
    const fault = new Fault(
      'door.test-profile',
      'a sample profile of Destination SDK: no such person exists',
    );
    return { kind: 'testProfiles', aside: { body, fault } };
  }
  const person = personOf(read.value, rules);
  const fit = await fitting(body, maxBytes);
  if (fit.length <= maxBytes) return { kind: 'entries', entry: { key: hash(person?.id ?? body), body: fit } };
  const text = `the profile has ${body.length} bytes and the stream takes ${maxBytes}, packed`;
  return { kind: 'malformed', aside: { body, fault: new Fault('decode.too-large', text) } };
}

const isThere = <T>(value: T | undefined): value is T => value !== undefined;

/** Tells what goes into the stream from what is kept aside. Entries bear a hash of the person's key, or of the body. */
export async function sortItems(
  items: readonly Item[],
  origin: Origin,
  { rules, maxBytes }: { readonly rules: CompiledRules; readonly maxBytes: number },
): Promise<Sorted> {
  const judged: Judged[] = [];
  for (const item of items) judged.push(await judge(item, origin, rules, maxBytes));
  const aside = (kind: keyof Sorted): Aside[] =>
    judged
      .filter((one) => one.kind === kind)
      .map((one) => one.aside)
      .filter(isThere);
  return {
    entries: judged.map(({ entry }) => entry).filter(isThere),
    malformed: aside('malformed'),
    testProfiles: aside('testProfiles'),
  };
}
