import fc from 'fast-check';
import type { Message } from '../../shared/core/ports.js';
import { message, rulesOf } from './fakes.js';

/** A file that uses everything that must converge: attributes, defaults, flags, audience lists and rivalling constants. */
export const levelFile = {
  audiences: { hot: 'hot-1', vip: { id: 'vip-1', namespace: 'CustomerAudienceUpload' }, lapsed: 'lapsed-1' },
  person: { key: ['crmid', 'personalEmail.address'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot contact',
      when: { member: 'hot' },
      do: [
        {
          upsert: 'sales/Contact',
          match: { AEP_Id__c: '$key' },
          set: {
            FirstName: 'person.name.firstName',
            LastName: { from: 'person.name.lastName', default: 'Unknown' },
            Points: 'loyalty.points',
            Hot: { member: 'hot' },
            Audiences: { audiences: 'all', join: ';' },
          },
        },
      ],
    },
    {
      name: 'vip tier',
      when: { member: 'vip' },
      do: [
        {
          upsert: 'sales/Contact',
          match: { AEP_Id__c: '$key' },
          set: { Tier: { value: 'VIP' }, Vip: { member: 'vip' } },
        },
      ],
    },
    {
      name: 'lapsed tier',
      when: { member: 'lapsed' },
      do: [{ upsert: 'sales/Contact', match: { AEP_Id__c: '$key' }, set: { Tier: { value: 'Lapsed' } } }],
    },
  ],
};

export const levelRules = rulesOf(levelFile);

const audience = fc.constantFrom(
  ['ups', 'hot-1'],
  ['CustomerAudienceUpload', 'vip-1'],
  ['ups', 'lapsed-1'],
  ['ups', 'unmapped'],
);
const status = fc.constantFrom('realized', 'existing', 'exited', 'Active', 'expired', undefined);
const second = fc.integer({ min: 10, max: 16 });

interface Member {
  readonly audience: readonly string[];
  readonly status: string | undefined;
  readonly second: number;
}

function segmentMembership(members: readonly Member[]): Record<string, Record<string, unknown>> {
  const namespaces: Record<string, Record<string, unknown>> = {};
  for (const {
    audience: [namespace = '', id = ''],
    status: text,
    second: at,
  } of members) {
    namespaces[namespace] ??= {};
    namespaces[namespace][id] = {
      lastQualificationTime: `2026-11-01T10:00:${at}Z`,
      ...(text ? { status: text } : {}),
    };
  }
  return namespaces;
}

/** One event of one of three persons: any memberships, any subset of attributes, taken in at one of few instants. */
export const event = fc
  .record({
    person: fc.constantFrom('C-1', 'C-2', 'C-3'),
    members: fc.array(fc.record({ audience, status, second }), { maxLength: 3 }),
    firstName: fc.option(fc.constantFrom('Ada', 'Bea', 'Cem'), { nil: undefined }),
    lastName: fc.option(fc.constantFrom('Lovelace', 'Okafor'), { nil: undefined }),
    points: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    at: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ person, members, firstName, lastName, points, at }) => ({
    at: 1_790_000_000_000 + at,
    body: {
      identityMap: { CRMID: [{ id: person }] },
      segmentMembership: segmentMembership(members),
      person: { name: { ...(firstName ? { firstName } : {}), ...(lastName ? { lastName } : {}) } },
      ...(points === undefined ? {} : { loyalty: { points } }),
    },
  }));

/** A history, and the same one shuffled, with repetitions. */
export const historyAndShuffle = fc.array(event, { minLength: 1, maxLength: 8 }).chain((events) => {
  const messages = events.map(({ body, at }, i) => message(`m${i}`, body, at));
  return fc.record({
    history: fc.constant<readonly Message[]>(messages),
    shuffled: fc
      .array(fc.nat({ max: messages.length - 1 }), { maxLength: 6 })
      .map((extra) => [...messages, ...extra.flatMap((i) => messages[i] ?? [])])
      .chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
    cuts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
    streams: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
  });
});

/** Cuts messages into batches of the given sizes, over and over. */
export function batches(messages: readonly Message[], sizes: readonly number[]): Message[][] {
  const out: Message[][] = [];
  for (let at = 0, i = 0; at < messages.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    out.push(messages.slice(at, at + size));
    at += size;
  }
  return out;
}
