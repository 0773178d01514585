import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absorbed, hasContent } from '../../shared/core/absorb.js';
import type { FoldRecord } from '../../shared/core/fold.js';
import { EMPTY_STATE, type PersonState, type Written } from '../../shared/core/state.js';
import { advance } from '../../shared/core/view.js';
import { wait } from '../../shared/core/waiting.js';
import { rulesOf } from '../support/fakes.js';
import { deepFreeze, memberships, plain, profileOf, recordOf, START } from './persons-records.js';

const rules = rulesOf({
  audiences: { x: 'x', y: { id: 'y', namespace: 'Other' } },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'row',
      when: { member: 'x' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { A: 'p.a', B: 'p.b', Q: 'q' } }],
    },
    {
      name: 'again',
      when: { stayed: 'y' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Y: { member: 'y' } } }],
    },
    {
      name: 'new',
      when: { changed: 'q' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Q: 'q' } }],
    },
  ],
});

const viewOf = (records: readonly FoldRecord[], from = EMPTY_STATE): PersonState =>
  records.reduce((state, { profile, at }) => advance(state, profile, rules, at).state, from);

const records = fc.array(recordOf('x', 'y'), { maxLength: 5 });

describe('the view', () => {
  test('is the same as if all records had come under one id, however they were shared out', () => {
    fc.assert(
      fc.property(records, fc.infiniteStream(fc.boolean()), (all, coin) => {
        const [own, others]: [FoldRecord[], FoldRecord[]] = [[], []];
        for (const record of all) (coin.next().value ? own : others).push(record);
        const joined = absorbed(deepFreeze(viewOf(own)), deepFreeze(viewOf(others)));
        expect(plain(joined)).toEqual(plain(viewOf(all)));
        expect(plain(absorbed(viewOf(others), viewOf(own)))).toEqual(plain(viewOf(all)));
        expect(plain(absorbed(joined, viewOf(others)))).toEqual(plain(joined));
      }),
      { numRuns: 2_000 },
    );
  });

  test('of three ids it does not matter which are taken in first', () => {
    fc.assert(
      fc.property(records, records, records, (a, b, c) => {
        const [one, two, three] = [viewOf(a), viewOf(b), viewOf(c)];
        expect(plain(absorbed(absorbed(one, two), three))).toEqual(
          plain(absorbed(one, absorbed(two, three))),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

const field = fc.record({ hash: fc.constantFrom('1', '2', ''), at: fc.integer({ min: 0, max: 2 }) });
const written: fc.Arbitrary<PersonState> = fc
  .tuple(
    fc.dictionary(fc.constantFrom('s/O/I=1', 's/O/I=2'), fc.dictionary(fc.constantFrom('A', 'B'), field)),
    fc.subarray(['s/O/I=1', 's/O/I=2', 's/O/I=3']),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([rows, unsure, accepted]) => ({
    ...EMPTY_STATE,
    written: new Map(
      Object.entries(rows).map(([target, fields]) => [target, new Map(Object.entries(fields))]),
    ),
    accepted: new Map(Object.keys(rows).map((target) => [target, accepted])),
    unsure: new Set(unsure),
  }));

describe('rows', () => {
  test('what only one of them wrote counts as before, what is disputed counts as unsure, and no edge’s time goes back', () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const both = absorbed(a, b);
        expect(plain(absorbed(b, a))).toEqual(plain(both));
        expect(plain({ ...absorbed(both, b), unsure: new Set() })).toEqual(
          plain({ ...both, unsure: new Set() }),
        );
        for (const target of ['s/O/I=1', 's/O/I=2', 's/O/I=3']) {
          const [one, other, now] = [a, b, both].map((state) => state.written.get(target));
          const hashes = (fields?: ReadonlyMap<string, Written>) =>
            JSON.stringify([...(fields ?? [])].map(([name, { hash }]) => [name, hash]).sort());
          const agreed = !one || !other || hashes(one) === hashes(other);
          expect(both.unsure.has(target)).toBe(!agreed || a.unsure.has(target) || b.unsure.has(target));
          if (agreed) expect(hashes(now)).toBe(hashes(one ?? other));
          for (const fields of [one, other])
            for (const [name, { at }] of fields ?? []) expect(now?.get(name)?.at).toBeGreaterThanOrEqual(at);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('it is the person’s lease, aliases and claimants that stay', () => {
    const own = {
      claim: { by: 'me', until: 1 },
      aliases: new Map([['a', 1]]),
      claimants: [{ to: 'b', key: 'B' }],
    };
    const other = { claim: { by: 'you', until: 2 }, aliases: new Map([['b', 2]]), claimants: [] };
    expect(absorbed({ ...EMPTY_STATE, ...own }, { ...EMPTY_STATE, ...other })).toMatchObject(own);
  });
});

const says = (status: string, second: number, at = START): FoldRecord => ({
  profile: profileOf(memberships({ x: [status, START * 1000 + second * 1_000_000] })),
  key: 'C-1',
  at,
});

const owed = (state: PersonState) =>
  state.owed.map(({ change, at, first, backfill }) => [
    change,
    (at - START * 1000) / 1_000_000,
    ...(first ? ['first'] : []),
    ...(backfill ? ['backfill'] : []),
  ]);

describe('waiting', () => {
  const waits = (...all: FoldRecord[]): PersonState => wait(EMPTY_STATE, all, rules).view;

  test.each<[string, FoldRecord[], unknown[]]>([
    ['entering', [says('realized', 1)], [['entered', 1, 'first']]],
    ['entering, said again later', [says('realized', 1), says('realized', 2)], [['entered', 2, 'first']]],
    ['entering, said again earlier', [says('realized', 2), says('realized', 1)], [['entered', 2, 'first']]],
    ['entering and leaving', [says('realized', 1), says('exited', 2)], [['left', 2]]],
    ['leaving, never seen inside', [says('exited', 2)], [['left', 2, 'first']]],
    ['in and out and in', [says('realized', 1), says('exited', 2), says('realized', 3)], [['entered', 3]]],
    ['long ago', [says('realized', -1_000_000)], [['entered', -1_000_000, 'first', 'backfill']]],
    ['nothing', [], []],
  ])('%s is owed as it stands', (_, all, edges) => {
    expect(owed(waits(...all))).toEqual(edges);
  });

  test('plans nothing and gives each record one verdict; the view is everybody’s', () => {
    fc.assert(
      fc.property(records, (all) => {
        const draft = wait(deepFreeze({ ...EMPTY_STATE }), all, rules);
        expect(draft.actions).toEqual([]);
        expect(draft.verdicts.map(({ kind }) => kind)).toEqual(all.map(() => 'unaddressed'));
        expect(plain({ ...draft.view, owed: [] })).toEqual(plain(viewOf(all)));
      }),
    );
  });

  test.each<[string, FoldRecord[], FoldRecord[], unknown[]]>([
    ['by somebody new', [], [says('realized', 1)], [['entered', 1, 'first']]],
    ['who was outside', [says('exited', 0)], [says('realized', 1)], [['entered', 1]]],
    ['who was inside already', [says('realized', 0)], [says('realized', 1)], []],
    ['who knew it', [says('realized', 1)], [says('realized', 1)], []],
    ['who knows better', [says('exited', 2)], [says('realized', 1)], []],
    ['who was inside and has left', [says('realized', 0)], [says('exited', 1)], [['left', 1]]],
  ])('what is owed when it is taken in %s', (_, known, waited, edges) => {
    const person = viewOf(known);
    const taken = absorbed(person, waits(...waited));
    expect(owed(taken)).toEqual(edges);
    expect(owed(absorbed(taken, waits(...waited)))).toEqual(edges);
  });

  test('two who waited for one person: their edges become one', () => {
    const taken = absorbed(absorbed(EMPTY_STATE, waits(says('realized', 1))), waits(says('realized', 2)));
    expect(owed(taken)).toEqual([['entered', 2, 'first']]);
  });
});

test('what is owed is taken in once, however often a crash has it taken in', () => {
  const standing = new Map([['ups/x', { at: 13, member: false, ever: true }]]);
  const owed = [
    { audience: 'ups/x', change: 'entered' as const, at: 11, overtaken: true },
    { audience: 'ups/x', change: 'left' as const, at: 13, seen: 13 },
  ];
  const other = { ...EMPTY_STATE, standing, owed };
  const once = absorbed(EMPTY_STATE, other);
  expect(once.owed).toEqual([owed[0], { ...owed[1] }]);
  expect(absorbed(once, other).owed).toEqual(once.owed);
});

test('only what is known is content', () => {
  expect(hasContent(EMPTY_STATE)).toBe(false);
  expect(
    hasContent({ ...EMPTY_STATE, claimants: [{ to: 'a', key: 'b' }], aliases: new Map([['a', 1]]) }),
  ).toBe(false);
  expect(hasContent({ ...EMPTY_STATE, unsure: new Set(['s/O/I=1']) })).toBe(true);
});
