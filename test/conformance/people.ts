import type { Mail, Outcome } from './outcome.js';

const HOT = '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae';
const VIP = 'vip-2026';

/** What an export says of a person; everything has a plain default. */
export interface Says {
  /** `null`: the record names nobody. */
  readonly id: string | null;
  readonly points?: number;
  readonly consent?: 'y' | 'n';
  /** Membership of the audience `hot`. `null`: not mentioned. */
  readonly hot?: 'realized' | 'exited' | null;
  readonly vip?: 'realized' | 'exited';
  /** `lastQualificationTime` of the memberships. */
  readonly since?: string;
  /** Members that no rule reads. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Leaves out every attribute. */
  readonly bare?: boolean;
}

/** A profile export as Adobe sends it. */
export function profile(says: Says): Record<string, unknown> {
  const { id, points = 1, consent = 'y', hot = 'realized', vip, since = '2026-03-01T10:00:00Z' } = says;
  const assertion = (status: string) => ({ status, lastQualificationTime: since });
  const attributes = {
    person: { name: { lastName: `Example ${id}` } },
    loyalty: { points },
    consents: { marketing: { email: { val: consent } } },
  };
  return {
    ...(id === null ? {} : { identityMap: { crmid: [{ id }] } }),
    ...(says.bare ? {} : attributes),
    segmentMembership: {
      ups: hot === null ? {} : { [HOT]: assertion(hot) },
      ...(vip === undefined ? {} : { customerAudienceUpload: { [VIP]: assertion(vip) } }),
    },
    ...says.more,
  };
}

/** A message with one profile export. */
export const mail = (name: string, says: Says, lane = 0): Mail => ({
  name,
  body: Buffer.from(JSON.stringify(profile(says))),
  lane,
});

/** A message with several profile exports. */
export const together = (name: string, several: readonly Says[]): Mail => ({
  name,
  body: Buffer.from(JSON.stringify(several.map(profile))),
});

/** A message of any bytes. */
export const raw = (name: string, body: Buffer | string, lane = 0): Mail => ({
  name,
  body: Buffer.from(body),
  lane,
});

/** `C-1 … C-count`. */
export const people = (count: number, prefix = 'C'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${i + 1}`);

/** The contact a person must have become. */
export const contact = (id: string, points: number, hot = true): Readonly<Record<string, unknown>> => ({
  AEP_Id__c: id,
  LastName: `Example ${id}`,
  Loyalty_Points__c: points,
  Hot_Prospect__c: hot,
});

/** The entry a very important person must have got. */
export const entry = (id: string): Readonly<Record<string, unknown>> => ({ AEP_Id__c: id, Entered__c: true });

/** Every name with the same value. */
export const each = <T>(names: readonly string[], value: T | ((name: string) => T)): Record<string, T> =>
  Object.fromEntries(
    // A function is never itself a value here.
    names.map((name) => [name, typeof value === 'function' ? (value as (name: string) => T)(name) : value]),
  );

/** An outcome in which nothing went wrong, but for what is given. */
export const outcome = (
  given: Partial<Outcome> & Pick<Outcome, 'endings' | 'rows' | 'writes'>,
): Omit<Outcome, 'calls'> & { readonly calls?: number } => ({
  letters: [],
  parked: [],
  left: 0,
  repeated: 0,
  ...given,
});
