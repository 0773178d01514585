import * as z from 'zod';
import { AUDIENCE_IDS, exportOf } from './events.js';

/** How many profiles the work goes around. */
export const EVENTS = 64;

const Profile = z.looseObject({
  person: z.looseObject({
    name: z.object({ firstName: z.string(), lastName: z.string() }),
    gender: z.string(),
    birthDate: z.string(),
    title: z.string().optional(),
  }),
  personalEmail: z.looseObject({ address: z.string() }),
  mobilePhone: z.object({ number: z.string() }),
  homeAddress: z.object({ countryCode: z.string() }),
  loyalty: z.object({ points: z.number(), tier: z.string() }),
  segmentMembership: z.object({ ups: z.record(z.string(), z.looseObject({ status: z.string() })) }),
});

/** A profile of the contests. */
export type Profile = z.infer<typeof Profile>;

const COUNTRIES = ['US', 'CA', 'DE', 'FR'];

/** A profile with so many memberships; a third of the people have few points, half live where no rule looks. */
function profileOf(i: number, memberships: number): Profile {
  const body: Record<string, unknown> = JSON.parse(exportOf(i, memberships, 0).toString());
  const ups = AUDIENCE_IDS.slice(0, memberships).map((id, n) => [
    id,
    {
      lastQualificationTime: `2026-0${1 + (n % 9)}-1${n % 10}T0${i % 10}:24:${10 + n}Z`,
      status: (i + n) % 4 === 3 ? 'exited' : 'realized',
    },
  ]);
  return Profile.parse({
    ...body,
    segmentMembership: { ups: Object.fromEntries(ups) },
    personalEmail: { address: `Ada.${i}@Example.com` },
    mobilePhone: { number: `+1 206 555 ${1000 + i}` },
    homeAddress: { countryCode: COUNTRIES[i % COUNTRIES.length] },
    loyalty: { points: i % 3 === 0 ? 10 * i : 1_000 + i, tier: i % 2 === 0 ? 'gold' : 'silver' },
  });
}

type AtLeastOne<T> = readonly [T, ...T[]];

const several = (memberships: number): AtLeastOne<Profile> => [
  profileOf(0, memberships),
  ...Array.from({ length: EVENTS - 1 }, (_, i) => profileOf(i + 1, memberships)),
];

/** Profiles with one membership, for mapping. */
export const profiles: AtLeastOne<Profile> = several(1);

/** Profiles with twenty memberships, for conditions. */
export const members: AtLeastOne<Profile> = several(20);
