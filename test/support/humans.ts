import fc from 'fast-check';
import type { Message } from '../../shared/core/ports.js';
import { message, rulesOf } from './fakes.js';

/** Rules for people who are known by a CRM id, by an e-mail address, or only by a browser. */
export const humanRules = rulesOf({
  audiences: { hot: 'hot-1', vip: 'vip-1' },
  person: { key: ['crmid', 'email'], wait: ['ecid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot contact',
      when: { member: 'hot' },
      do: [
        {
          upsert: 'sales/Contact',
          match: { Id: '$key' },
          set: {
            Name: 'name',
            Points: 'points',
            Note: 'note',
            Hot: { member: 'hot' },
            Vip: { member: 'vip' },
          },
        },
      ],
    },
    {
      name: 'welcome',
      when: { entered: 'hot' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'welcome' } } }],
    },
    {
      name: 'vip tier',
      when: { member: 'vip' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Tier: { value: 'VIP' } } }],
    },
  ],
});

/** How many humans there are. */
export const HUMANS = 2;

/** Which of a human's identities a record carries: CRM id, e-mail address, browser. */
export type Carried = 'c' | 'e' | 'x' | 'ce' | 'ex' | 'cex' | 'cx';

/** What one record says. */
export interface Says {
  /** Of `Carried`, whose each identity is: the same human's, unless identities are shared. */
  readonly human: number;
  readonly carries: Carried;
  readonly memberships: readonly (readonly [audience: string, status: string, second: number])[];
  readonly name: string | undefined;
  readonly points: number | undefined;
  readonly note?: string | undefined;
  readonly at: number;
}

/** The ids of a human in the state store, by what a record carries. */
export const idsOf = (human: number, carries: Carried): string[] => [
  ...(carries.includes('c') ? [`crmid:C-${human}`] : []),
  ...(carries.includes('e') ? [`email:e-${human}@example.com`] : []),
  ...(carries.includes('x') ? [`ecid:X-${human}`] : []),
];

/** The message of a record; `lends` gives the human whose e-mail address and browser it carries, if not their own. */
export function messageOf(
  says: Says,
  index: number,
  lends: (human: number) => number = (human) => human,
): Message {
  const { human, carries, memberships, name, points, note, at } = says;
  const other = lends(human);
  const identityMap = {
    ...(carries.includes('c') && { CRMID: [{ id: `C-${human}` }] }),
    ...(carries.includes('e') && { Email: [{ id: `e-${other}@example.com` }] }),
    ...(carries.includes('x') && { ECID: [{ id: `X-${other}` }] }),
  };
  const ups = Object.fromEntries(
    memberships.map(([audience, status, second]) => [
      audience,
      { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` },
    ]),
  );
  const body = {
    identityMap,
    segmentMembership: { ups },
    ...(name !== undefined && { name }),
    ...(points !== undefined && { points }),
    ...(note !== undefined && { note }),
  };
  return message(`m${index}`, body, 1_790_000_000_000 + at);
}

/** What records may say, of so many humans. */
export const saysOf = (humans: number, carries: fc.Arbitrary<Carried>): fc.Arbitrary<Says> =>
  fc.record({
    human: fc.integer({ min: 1, max: humans }),
    carries,
    memberships: fc.array(
      fc.tuple(
        fc.constantFrom('hot-1', 'vip-1', 'unmapped'),
        fc.constantFrom('realized', 'exited'),
        fc.integer({ min: 10, max: 14 }),
      ),
      { maxLength: 2 },
    ),
    name: fc.option(fc.constantFrom('Ada', 'Bea', 'Cem'), { nil: undefined }),
    points: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    at: fc.integer({ min: 1, max: 6 }),
  });

/** Identities as they come to be known of one human: whoever carries the browser and the CRM id carries the address. */
const honest = fc.constantFrom<Carried>('c', 'e', 'x', 'ce', 'ex', 'cex');

/** The same messages in another order, some of them repeated, cut into batches for two streams. */
export const dealt = (messages: readonly Message[]) =>
  fc.record({
    shuffled: fc
      .array(fc.nat({ max: Math.max(0, messages.length - 1) }), { maxLength: 5 })
      .map((extra) => [...messages, ...extra.flatMap((i) => messages[i] ?? [])])
      .chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
    cuts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
    streams: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
  });

/** What humans may have said of them, and the same dealt otherwise. */
export const humanHistory = fc.array(saysOf(HUMANS, honest), { minLength: 1, maxLength: 8 }).chain((says) => {
  const messages = says.map((one, i) => messageOf(one, i));
  return fc.record({ messages: fc.constant(messages), deal: dealt(messages) });
});
