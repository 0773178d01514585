import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from '../../shared/core/fingerprint.js';
import type { FoldRecord } from '../../shared/core/fold.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { advance, changeOf, supersedes } from '../../shared/core/view.js';
import { rulesOf } from '../support/fakes.js';
import { deepFreeze, plain, recordOf } from './persons-records.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1', vip: 'vip-1', other: { id: 'hot-1', namespace: 'other' } },
  person: { key: ['crmid'] },
  consent: { require: 'q' },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'r',
      when: { stayed: 'hot' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { A: 'p.a', B: 'p.b', P: 'p' } }],
    },
  ],
});
const RUNS = { numRuns: 2000 };
const record = recordOf('hot-1', 'vip-1');
const history = fc.array(record, { maxLength: 6 });

const step = (state: PersonState, { profile, at }: FoldRecord): PersonState =>
  advance(deepFreeze(state), deepFreeze(profile), rules, at).state;
const after = (records: readonly FoldRecord[]): PersonState => records.reduce(step, EMPTY_STATE);

test('two records commute', () => {
  fc.assert(
    fc.property(history, record, record, (before, a, b) => {
      expect(plain(after([...before, a, b]))).toEqual(plain(after([...before, b, a])));
    }),
    RUNS,
  );
});

test('a record said again says nothing, at once or at any later time', () => {
  fc.assert(
    fc.property(history, record, history, (before, a, between) => {
      const once = after([...before, a, ...between]);
      expect(step(once, a)).toBe(once);
    }),
    RUNS,
  );
});

test('any order and any repetition of the same records ends in the same view', () => {
  const shuffled = fc.array(record, { minLength: 1, maxLength: 7 }).chain((records) =>
    fc.tuple(
      fc.constant(records),
      fc
        .array(fc.nat({ max: records.length - 1 }), { maxLength: 5 })
        .map((again) => [...records, ...again.flatMap((i) => records[i] ?? [])])
        .chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([records, mixed]) => {
      expect(plain(after(mixed))).toEqual(plain(after(records)));
    }),
    RUNS,
  );
});

test('the view is the newest assertion per audience and the newest value per path, worked out a second way', () => {
  fc.assert(
    fc.property(history, (records) => {
      const state = after(records);
      const said = records.flatMap(({ profile, at }) =>
        profile.memberships.map(({ namespace, audience, member, at: own }) => ({
          key: `${namespace}/${audience}`,
          member,
          at: own ?? at * 1000,
        })),
      );
      for (const key of ['ups/hot-1', 'ups/vip-1', 'other/hot-1']) {
        const about = said.filter((one) => one.key === key);
        const at = Math.max(...about.map((one) => one.at));
        const newest = about.filter((one) => one.at === at);
        const member = newest.every((one) => one.member);
        const known = state.standing.get(key);
        expect(known && { at: known.at, member: known.member }).toEqual(
          about.length > 0 ? { at, member } : undefined,
        );
        // Of what one record says of an audience the newest alone counts.
        const opposed = records.flatMap((one) => {
          const alone = after([one]).standing.get(key);
          return alone && alone.member !== member ? [alone.at] : [];
        });
        expect(known?.other).toBe(opposed.length > 0 ? Math.max(...opposed) : undefined);
      }
      for (const path of ['p', 'q']) {
        const carried = records
          .map(({ profile, at }) => ({ value: profile.body[path], at }))
          .filter(({ value }) => value !== undefined && value !== null);
        const at = Math.max(...carried.map((one) => one.at));
        const texts = carried.filter((one) => one.at === at).map(({ value }) => canonical(value));
        const known = state.values.get(path);
        expect(known && [known.at, canonical(known.value)]).toEqual(
          carried.length > 0 ? [at, texts.sort().at(-1)] : undefined,
        );
      }
    }),
    RUNS,
  );
});

test('"ever" never goes back, and is true once an assertion said so', () => {
  fc.assert(
    fc.property(history, record, (before, a) => {
      const was = after(before);
      const is = step(was, a);
      for (const [key, standing] of is.standing) {
        const asserted = [...before, a].some(({ profile }) =>
          profile.memberships.some(
            ({ namespace, audience, member }) => member && `${namespace}/${audience}` === key,
          ),
        );
        if (was.standing.get(key)?.ever) expect(standing.ever).toBe(true);
        if (standing.member) expect(standing.ever).toBe(true);
        expect(standing.ever && !asserted).toBe(false);
      }
    }),
    RUNS,
  );
});

const said = fc.record({ at: fc.integer({ min: 0, max: 3 }), member: fc.boolean() });

test('assertions are in a total order: of two different ones exactly one wins, and winning is transitive', () => {
  fc.assert(
    fc.property(said, said, said, (a, b, c) => {
      const same = a.at === b.at && a.member === b.member;
      expect(Number(supersedes(a, b)) + Number(supersedes(b, a))).toBe(same ? 0 : 1);
      if (supersedes(a, b) && supersedes(b, c)) expect(supersedes(a, c)).toBe(true);
    }),
    RUNS,
  );
});

test('a change agrees with who wins: stale is what loses, all else is what stands', () => {
  fc.assert(
    fc.property(said, said, (known, seen) => {
      const change = changeOf(known, seen);
      expect(change === 'stale').toBe(supersedes(known, seen));
      if (change === 'entered' || change === 'stayed') expect(seen.member).toBe(true);
      if (change === 'left' || change === 'out') expect(seen.member).toBe(false);
      if (change === 'left' || change === 'stayed') expect(known.member).toBe(true);
      if (change === 'entered' || change === 'out') expect(known.member).toBe(false);
    }),
    RUNS,
  );
});
