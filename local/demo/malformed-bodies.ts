import { gzipSync } from 'node:zlib';
import type { Json } from '../../shared/core/ports.js';
import type { Random } from './seeded-random.js';

type Fields = { [key: string]: Json };

/** A body that cannot be read, in whole or in part. */
export interface BrokenBody {
  readonly kind: string;
  readonly body: Buffer;
  /** How many records the message counts as, and how many of them are malformed. */
  readonly records: number;
  readonly malformed: number;
}

type Breaker = (good: Fields, random: Random) => Buffer;

const UPS = 'ups';
const AUDIENCE = '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae';
const WHEN = '2026-01-02T03:04:05Z';

const text = (value: string): Buffer => Buffer.from(value, 'utf8');
const json = (value: Json): Buffer => text(JSON.stringify(value));
const member = (membership: Json): Json => ({ [UPS]: { [AUDIENCE]: membership } });
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
/** The profile with one more member, its key written as given: an object literal cannot hold `__proto__`. */
const withRaw = (good: Fields, raw: string): Buffer => text(`${JSON.stringify(good).slice(0, -1)},${raw}}`);

function cutAnywhere(good: Fields, random: Random): Buffer {
  const whole = json(good);
  return whole.subarray(0, 1 + random.below(whole.length - 2));
}

function badUtf8(good: Fields, random: Random): Buffer {
  const whole = Buffer.from(json(good));
  // 0xff occurs nowhere in UTF-8.
  whole[random.below(whole.length)] = 0xff;
  return whole;
}

/** Ways to spoil a single profile. The words `exiting` and YYYY-MM-DD stand in Adobe's pages, never rightly on the wire. */
const ITEM_BREAKERS: Readonly<Record<string, Breaker>> = {
  'memberships-text': (good) => json({ ...good, segmentMembership: 'none' }),
  'memberships-list': (good) => json({ ...good, segmentMembership: [] }),
  'namespace-text': (good) => json({ ...good, segmentMembership: { ups: 'none' } }),
  'membership-text': (good) => json({ ...good, segmentMembership: member('realized') }),
  'identities-text': (good) => json({ ...good, identityMap: 'C-000001' }),
  'identities-list': (good) => json({ ...good, identityMap: [{ id: 'C-000001' }] }),
  'identity-namespace-text': (good) => json({ ...good, identityMap: { crmid: 'C-000001' } }),
  'identity-number': (good) => json({ ...good, identityMap: { crmid: [{ id: 1001 }] } }),
  'identity-empty': (good) => json({ ...good, identityMap: { crmid: [{ id: '' }] } }),
  'status-unknown': (good, random) =>
    json({
      ...good,
      segmentMembership: member({
        lastQualificationTime: WHEN,
        status: random.pick(['exiting', 'qualified', 'in']),
      }),
    }),
  'status-number': (good) =>
    json({ ...good, segmentMembership: member({ lastQualificationTime: WHEN, status: 1 }) }),
  'time-unreadable': (good, random) =>
    json({
      ...good,
      segmentMembership: member({
        lastQualificationTime: random.pick(['YYYY-MM-DD', 'yesterday', '2026-13-45T25:61:00Z']),
        status: 'realized',
      }),
    }),
  'proto-key': (good) => withRaw(good, '"__proto__":{"polluted":true}'),
  'proto-key-within': (good) => withRaw(good, '"_other":{"list":[{"__proto__":1}]}'),
  'proto-key-escaped': (good) => withRaw(good, '"_other":{"\\u005f_proto__":{"polluted":true}}'),
};

/** Ways to spoil a whole message. */
const WHOLE_BREAKERS: Readonly<Record<string, Breaker>> = {
  'cut-off': cutAnywhere,
  'trailing-comma': (good) => text(`${JSON.stringify(good).slice(0, -1)},}`),
  'not-json': (_, random) => text(random.pick(['<html>503</html>', 'undefined', "{'id':1}", 'email,ups_1'])),
  'not-an-object': (_, random) => text(random.pick(['42', 'null', '"profile"', 'true'])),
  'nothing-inside': (_, random) => text(random.pick(['{}', '[]', '{"profiles":[]}'])),
  empty: (_, random) => text(random.pick(['', '', ' \n'])),
  'bad-utf8': badUtf8,
  'too-deep': (good, random) => withRaw(good, `"_other":${nested(random.pick([60, 500, 5000]))}`),
  'cut-gzip': (good) => {
    const whole = gzipSync(json(good));
    return whole.subarray(0, whole.length >> 1);
  },
};

/** A body that cannot be read, in one of about thirty ways; `good` holds the profiles that are spoilt or keep it company. */
export function breakBody(good: readonly Fields[], random: Random): BrokenBody {
  const [wayName, way] = random.pick(Object.entries(random.chance(0.5) ? ITEM_BREAKERS : WHOLE_BREAKERS));
  const victim = random.pick(good);
  const [itemName, item] = random.pick(Object.entries(ITEM_BREAKERS));
  const company = good.map((profile) => JSON.stringify(profile));
  const records = company.length + 1;
  const spoilt = item(victim, random).toString('utf8');
  switch (random.below(12)) {
    case 0: {
      const body = text(`[${random.shuffled([...company, spoilt]).join(',')}]`);
      return { kind: `array-with-${itemName}`, body, records, malformed: 1 };
    }
    case 1: {
      const body = text(`{"profiles":[${random.shuffled([...company, spoilt]).join(',')}]}`);
      return { kind: `profiles-with-${itemName}`, body, records, malformed: 1 };
    }
    case 2: {
      const line = company.join('').slice(0, 300);
      const body = text(random.shuffled([...company, line]).join('\n'));
      return { kind: 'line-cut-off', body, records, malformed: 1 };
    }
    default:
      return { kind: wayName, body: way(victim, random), records: 1, malformed: 1 };
  }
}
