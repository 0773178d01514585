import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CompiledRules } from '../core/compiled.js';
import { LIMITS } from '../core/envelope.js';
import { bad, Fault, ok, type Result } from '../core/fault.js';
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

/** What sorting goes by. */
export interface SortDeps {
  readonly rules: CompiledRules;
  /** The longest body of one entry. */
  readonly maxBytes: number;
  /** Whether sample profiles of Destination SDK go into the stream like any other. */
  readonly takesSamples: boolean;
  /** Most bytes that all items may come to. */
  readonly maxMade: number;
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

interface Judged {
  readonly kind: keyof Sorted;
  /** How long the item is, unpacked. */
  readonly bytes: number;
  readonly entry?: Entry;
  readonly aside?: Aside;
}

const apart = (kind: 'malformed' | 'testProfiles', body: Uint8Array, fault: Fault): Judged => ({
  kind,
  bytes: body.length,
  aside: { body, fault },
});

const tooLong = (body: Uint8Array, why: string): Judged =>
  apart('malformed', body, new Fault('decode.too-large', `the profile has ${body.length} bytes and ${why}`));

async function judge(
  item: Item,
  origin: Origin,
  { rules, maxBytes, takesSamples }: SortDeps,
): Promise<Judged> {
  if (!item.ok) return apart('malformed', item.body, item.fault);
  const profile = withOrigin(item.profile, origin);
  const body = Buffer.from(JSON.stringify(profile));
  const read = readProfile(profile);
  if (!read.ok) return apart('malformed', body, read.fault);
  if (body.length > LIMITS.inflatedBytes) return tooLong(body, `its reader takes ${LIMITS.inflatedBytes}`);
  if (!takesSamples && isTestProfile(read.value)) {
    const fault = new Fault(
      'door.test-profile',
      'a sample profile of Destination SDK: no such person exists',
    );
    return apart('testProfiles', body, fault);
  }
  const person = personOf(read.value, rules);
  const fit = await fitting(body, maxBytes);
  if (fit.length > maxBytes) return tooLong(body, `the stream takes ${maxBytes}, packed`);
  return { kind: 'entries', bytes: body.length, entry: { key: hash(person?.id ?? body), body: fit } };
}

const isThere = <T>(value: T | undefined): value is T => value !== undefined;

/**
 * Tells what goes into the stream from what is kept aside. Entries bear a hash of the person's key, or of the body. Bad
 * (`decode.too-large`) when the items come to more than `maxMade` bytes: what a template says of a whole call is added to
 * each of its profiles.
 */
export async function sortItems(
  items: readonly Item[],
  origin: Origin,
  deps: SortDeps,
): Promise<Result<Sorted>> {
  const judged: Judged[] = [];
  const bodies = new Set<Uint8Array>();
  let room = deps.maxMade;
  for (const item of items) {
    const one = await judge(item, origin, deps);
    if (!one.aside || !bodies.has(one.aside.body)) room -= one.bytes;
    if (room < 0) return bad('decode.too-large', `the profiles come to more than ${deps.maxMade} bytes`);
    if (one.aside) bodies.add(one.aside.body);
    judged.push(one);
  }
  const aside = (kind: keyof Sorted): Aside[] =>
    judged
      .filter((one) => one.kind === kind)
      .map((one) => one.aside)
      .filter(isThere);
  return ok({
    entries: judged.map(({ entry }) => entry).filter(isThere),
    malformed: aside('malformed'),
    testProfiles: aside('testProfiles'),
  });
}
