import type { Json } from '../../shared/core/ports.js';
import { DECLARED_AUDIENCES } from '../demo/audiences.js';
import type { Disguise, Identity, Profile } from '../demo/people.js';
import type { Random } from '../demo/seeded-random.js';

/**
 * How a person is known beside their best key. `late`: some exports show the address alone, some the CRM id alone, some
 * both. `guest`: some show only a browser, and of the others few show it. `browser`, `family`: two neighbours share a
 * browser, or an address. `hidden`: visits carry nothing to wait under.
 */
export type Acquaintance = 'one' | 'late' | 'guest' | 'browser' | 'family' | 'hidden';

/** How the person is known; it follows from the index alone. Who is `late` or shares has a CRM id. */
export function acquaintanceOf({ index, refused }: Pick<Identity, 'index' | 'refused'>): Acquaintance {
  if (refused || index % 10 === 1) return 'hidden';
  const place = index % 20;
  if (place === 0 || place % 10 === 6) return 'late';
  if (place === 4 || place % 10 === 7) return 'guest';
  if (place === 2 || place === 3) return 'browser';
  return place === 14 || place === 15 ? 'family' : 'one';
}

/** What the two neighbours share. */
const sharedBy = ({ index }: Identity): { browser: string; address: string } => {
  const pair = Math.floor(index / 2);
  return { browser: `7${String(pair).padStart(37, '0')}`, address: `family.${pair}@example.com` };
};

const objectOf = (value: Json | undefined): Profile =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** The identities under their namespaces, those of some namespaces left out, in any spelling. */
const without = (map: Profile, ...names: readonly string[]): Profile =>
  Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name.toLowerCase())));

const idsIn = (map: Profile, namespace: string): Json[] =>
  Object.entries(map).flatMap(([name, ids]) =>
    name.toLowerCase() === namespace && Array.isArray(ids) ? ids : [],
  );

/** The memberships in these audiences, by namespace. */
const only = (profile: Profile, isKept: (id: string) => boolean): Profile =>
  Object.fromEntries(
    Object.entries(objectOf(profile['segmentMembership'])).map(([namespace, audiences]) => [
      namespace,
      Object.fromEntries(Object.entries(objectOf(audiences)).filter(([id]) => isKept(id))),
    ]),
  );

const withoutAudiences = (profile: Profile, isLeftOut: (name: string) => boolean): Profile => {
  const ids = new Set(DECLARED_AUDIENCES.filter(({ name }) => isLeftOut(name)).map(({ id }) => id));
  return { ...profile, segmentMembership: only(profile, (id) => !ids.has(id)) };
};

/** What is nobody's for certain speaks of one audience only, so that it stays plain what must be known of either. */
const confined = (profile: Profile, identityMap: Profile): Profile => ({
  ...withoutAudiences(profile, (name) => name !== 'newsletter'),
  identityMap,
});

/** What only some exports of a person speak of: if these are lost, so is that. */
const TOLD_BY_BROWSER = new Set(['vip', 'newsletter']);
const TOLD_BY_ADDRESS = new Set(['lapsed', 'newsletter']);

const ALONE = 0.5;
const ONLY_ADDRESS = 0.4;
const ONLY_CRMID = 0.6;
const TOGETHER = 0.7;
const ONLY_BROWSER = 0.3;
const NO_BROWSER = 0.95;

function visited(profile: Profile, who: Identity, random: Random): Profile {
  const map = objectOf(profile['identityMap']);
  const { browser, address } = sharedBy(who);
  const isAlone = random.chance(ALONE);
  switch (acquaintanceOf(who)) {
    case 'hidden':
      return { ...profile, identityMap: { gaid: idsIn(map, 'ecid') } };
    case 'browser':
      return isAlone ? confined(profile, { ecid: [{ id: browser }] }) : profile;
    case 'family':
      return isAlone ? confined(profile, { email: [{ id: address }] }) : profile;
    default:
      return profile;
  }
}

function exported(profile: Profile, who: Identity, random: Random): Profile {
  const map = objectOf(profile['identityMap']);
  const { browser, address } = sharedBy(who);
  const chance = random.next();
  const showing = (identityMap: Profile): Profile => ({ ...profile, identityMap });
  switch (acquaintanceOf(who)) {
    case 'late':
      // Without the browser: it would be with the address for good in some orders and with the CRM id in others.
      if (chance < ONLY_ADDRESS) return showing({ email: [{ id: who.address }] });
      return {
        ...withoutAudiences(profile, (name) => TOLD_BY_ADDRESS.has(name)),
        identityMap: {
          ...without(map, 'email'),
          ...(chance >= ONLY_CRMID && { Email: [{ id: who.address }] }),
        },
      };
    case 'guest': {
      // An address among the attributes would be a key.
      const { personalEmail: _, ...rest } = profile;
      if (chance < ONLY_BROWSER) return { ...rest, identityMap: { ecid: idsIn(map, 'ecid') } };
      return {
        ...withoutAudiences(profile, (name) => TOLD_BY_BROWSER.has(name)),
        identityMap: chance < NO_BROWSER ? without(map, 'ecid') : map,
      };
    }
    case 'browser':
      if (chance >= TOGETHER) return profile;
      return showing({ ...without(map, 'ecid'), ECID: [...idsIn(map, 'ecid'), { id: browser }] });
    case 'family':
      return idsIn(map, 'email').length === 0
        ? profile
        : showing({ ...without(map, 'email'), email: [{ id: address }] });
    default:
      return profile;
  }
}

/** The exports of most persons say only what rules ask for: of the rest there is enough, and reading it takes most time. */
const isBare = ({ index }: Identity): boolean => index % 4 !== 3;
const DECLARED = new Set(DECLARED_AUDIENCES.map(({ id }) => id));
const ASKED = new Set(['identityMap', 'loyalty', 'person', 'personalEmail']);

function bare(profile: Profile): Profile {
  const asked = Object.entries(profile).filter(([name]) => ASKED.has(name));
  return { ...Object.fromEntries(asked), segmentMembership: only(profile, (id) => DECLARED.has(id)) };
}

/** Shows some persons by some of their identities only, has some share one, and says of most only what is asked for. */
export const disguise =
  (random: Random): Disguise =>
  (profile, who, kind) => {
    const shown = (kind === 'visitor' ? visited : exported)(profile, who, random);
    return isBare(who) ? bare(shown) : shown;
  };
