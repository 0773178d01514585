import * as z from 'zod';
import { bad, Fault, ok, type Result } from './fault.js';
import { parseTime } from './time.js';

/** One assertion "this person is (not) in this audience, as of that time". */
export interface Assertion {
  /** Audience namespace, lower-cased: `ups`, `customeraudienceupload`, … */
  readonly namespace: string;
  /** Audience id, opaque and case-preserving. */
  readonly audience: string;
  readonly member: boolean;
  /** `lastQualificationTime` in epoch microseconds; undefined when the export carries none. */
  readonly at: number | undefined;
}

/** A person's identities: namespace in lower case → ids. */
export type Identities = ReadonlyMap<string, readonly string[]>;

/** One profile export, as far as it is read. `body` holds the attributes; unknown members are kept, never trusted. */
export interface ProfileExport {
  readonly identities: Identities;
  /** The smallest id marked `primary`, by namespace, where any is. */
  readonly primary: ReadonlyMap<string, string>;
  readonly memberships: readonly Assertion[];
  /** True when two audience namespaces differ only in case: then two memberships may be about one audience. */
  readonly repeats: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Statuses and whether they mean membership; compared in lower case. A missing status means member (XDM default). */
export const STATUSES: Readonly<Record<string, boolean>> = {
  realized: true,
  existing: true,
  active: true,
  exited: false,
  expired: false,
};

type Loose = Record<string, unknown>;
type Identified = Pick<ProfileExport, 'identities' | 'primary'>;
type Asserted = Pick<ProfileExport, 'memberships' | 'repeats'>;

/** Members may bear the prefix of the schema, `xdm:`; one of its examples has `xdm:timestamp` for the time. */
const statusOf = (member: Loose): unknown =>
  member['status'] === undefined ? member['xdm:status'] : member['status'];

function timeOf(member: Loose): unknown {
  const time = member['lastQualificationTime'];
  if (time !== undefined) return time;
  const prefixed = member['xdm:lastQualificationTime'];
  return prefixed === undefined ? member['xdm:timestamp'] : prefixed;
}

/** Whether a value is one of {@link STATUSES}, in any case. */
export const isStatus = (status: unknown): boolean =>
  typeof status === 'string' && Object.hasOwn(STATUSES, status.toLowerCase());

const Id = z.string().refine((id) => id.trim() !== '');
const IdentityItem = z.union([
  z.looseObject({ id: Id, primary: z.unknown().optional() }),
  z.looseObject({ 'xdm:id': Id, id: z.undefined().optional() }),
]);
const Status = z.unknown().refine((status) => status === undefined || isStatus(status));
const Time = z.unknown().refine((time) => time === undefined || parseTime(time) !== undefined);
const Membership = z
  .looseObject({})
  .transform((member) => ({ status: statusOf(member), time: timeOf(member) }))
  .pipe(z.object({ status: Status, time: Time }));

/**
 * The shape of one profile export, as a schema: the reference for {@link readProfile}, which checks the same by hand
 * because this runs once per record (zod alone would cost more than parsing the JSON). A property test holds the two
 * together.
 */
export const ProfileSchema = z
  .looseObject({
    identityMap: z.record(z.string(), z.array(IdentityItem)).optional(),
    segmentMembership: z.record(z.string(), z.record(z.string(), Membership)).optional(),
  })
  .refine((body) => Object.keys(body).length > 0);

const isEmpty = (body: Loose): boolean => body['identityMap'] === undefined && Object.keys(body).length === 0;

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shape = (what: string): Fault => new Fault('decode.shape', `the profile export is malformed: ${what}`);

function readIdentity(item: Loose): string | undefined {
  const id = item['id'] === undefined ? item['xdm:id'] : item['id'];
  return typeof id === 'string' && id.trim() !== '' ? id : undefined;
}

const isPrimary = (item: Loose): boolean =>
  item['primary'] === true || (item['id'] === undefined && item['xdm:primary'] === true);

function readIdentities(value: unknown): Identified | Fault {
  const identities = new Map<string, string[]>();
  const primary = new Map<string, string>();
  if (value === undefined) return { identities, primary };
  if (!isObject(value)) return shape('identityMap is not an object');
  for (const name in value) {
    const list = value[name];
    if (!Array.isArray(list)) return shape('an identityMap namespace is not a list');
    const namespace = name.toLowerCase();
    const ids = identities.get(namespace) ?? [];
    for (const item of list) {
      const id = isObject(item) ? readIdentity(item) : undefined;
      if (id === undefined) return shape('an identity has no id, or its id is not a non-empty string');
      ids.push(id);
      if (!isPrimary(item)) continue;
      const other = primary.get(namespace);
      if (other === undefined || id < other) primary.set(namespace, id);
    }
    identities.set(namespace, ids);
  }
  return { identities, primary };
}

function isMember(status: unknown): boolean | undefined {
  // The two that nearly every export carries, before anything is looked up.
  if (status === 'realized' || status === undefined) return true;
  if (status === 'exited') return false;
  if (typeof status !== 'string') return undefined;
  const lower = status.toLowerCase();
  return Object.hasOwn(STATUSES, lower) ? STATUSES[lower] : undefined;
}

function readAssertion(namespace: string, audience: string, value: unknown): Assertion | Fault {
  if (!isObject(value)) return shape('a membership is not an object');
  const member = isMember(statusOf(value));
  if (member === undefined) {
    return new Fault(
      'decode.status',
      `a membership has an unknown status in namespace ${JSON.stringify(namespace)}`,
    );
  }
  const raw = timeOf(value);
  const at = raw === undefined ? undefined : parseTime(raw);
  if (raw !== undefined && at === undefined) {
    return new Fault('decode.time', 'a lastQualificationTime is no time we can read');
  }
  return { namespace, audience, member, at };
}

function readMemberships(value: unknown): Asserted | Fault {
  const memberships: Assertion[] = [];
  if (value === undefined) return { memberships, repeats: false };
  if (!isObject(value)) return shape('segmentMembership is not an object');
  const namespaces: string[] = [];
  let repeats = false;
  for (const name in value) {
    const audiences = value[name];
    if (!isObject(audiences)) return shape('a segmentMembership namespace is not an object');
    const namespace = name.toLowerCase();
    repeats ||= namespaces.includes(namespace);
    namespaces.push(namespace);
    for (const audience in audiences) {
      const assertion = readAssertion(namespace, audience, audiences[audience]);
      if (assertion instanceof Fault) return assertion;
      memberships.push(assertion);
    }
  }
  return { memberships, repeats };
}

/**
 * A class, because what is written as a literal and outlives its batch is what the engine soon makes among its old objects,
 * where each dead one keeps its whole body until the next full collection: of twelve megabytes between two collections
 * five lived on for nothing, and batches took a third longer to decode.
 */
class Read implements ProfileExport {
  readonly identities: ProfileExport['identities'];
  readonly primary: ProfileExport['primary'];
  readonly memberships: ProfileExport['memberships'];
  readonly repeats: boolean;
  readonly body: ProfileExport['body'];

  constructor({ identities, primary }: Identified, { memberships, repeats }: Asserted, body: Loose) {
    this.identities = identities;
    this.primary = primary;
    this.memberships = memberships;
    this.repeats = repeats;
    this.body = body;
  }
}

/**
 * Reads one parsed item as a profile export. Every part is optional, but not all of them at once. Unknown members are
 * ignored; a wrong type, an unknown status or an unreadable time makes the record malformed, never a guess.
 */
export function readProfile(body: unknown): Result<ProfileExport> {
  if (!isObject(body)) return bad('decode.shape', 'the item is not a profile object');
  const found = readIdentities(body['identityMap']);
  if (found instanceof Fault) return { ok: false, fault: found };
  const asserted = readMemberships(body['segmentMembership']);
  if (asserted instanceof Fault) return { ok: false, fault: asserted };
  if (isEmpty(body)) return bad('decode.shape', 'the profile object is empty');
  return ok(new Read(found, asserted, body));
}
