import { describe, expect, test } from 'vitest';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { settledValues } from '../../shared/core/values.js';
import { advance, type Change, changeOf } from '../../shared/core/view.js';
import { rulesOf } from '../support/fakes.js';
import { deepFreeze, memberships, profileOf, START, viewAfter } from './persons-records.js';

const set = { upsert: 'sales/Contact', match: { Id: '$key' }, set: { A: 'p.a', B: 'p.b' } };
const rules = rulesOf({
  audiences: { hot: 'hot-1', vip: { id: 'vip-1', namespace: 'Upload' } },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    { name: 'r', when: { member: 'hot' }, do: [set] },
    { name: 's', when: { member: 'vip' }, do: [set] },
  ],
});
/** The same with rules that ask for `stayed`, for which the newest record's time is kept as well. */
const staying = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [{ name: 'r', when: { stayed: 'hot' }, do: [set] }],
});

const IN = 'realized';
const OUT = 'exited';

/** The transitions table: what was known, what is seen, what that means. Times in microseconds. */
const TABLE: readonly [string, [number, boolean] | undefined, [number, boolean], Change][] = [
  ['first heard of, member', undefined, [5, true], 'entered'],
  ['first heard of, not member', undefined, [5, false], 'left'],
  ['was out, newer member', [4, false], [5, true], 'entered'],
  ['was in, newer exit', [4, true], [5, false], 'left'],
  ['was in, newer member', [4, true], [5, true], 'stayed'],
  ['was out, newer exit', [4, false], [5, false], 'out'],
  ['the same member again', [5, true], [5, true], 'stayed'],
  ['the same exit again', [5, false], [5, false], 'out'],
  ['at the same time an exit wins over what was in', [5, true], [5, false], 'left'],
  ['at the same time a member does not win over an exit', [5, false], [5, true], 'stale'],
  ['was in, older member', [5, true], [4, true], 'stale'],
  ['was in, older exit', [5, true], [4, false], 'stale'],
  ['was out, older member', [5, false], [4, true], 'stale'],
  ['was out, older exit', [5, false], [4, false], 'stale'],
];

test.each(TABLE)('%s', (_, known, [at, member], change) => {
  const before = known && { at: known[0], member: known[1] };
  expect(changeOf(before, { at, member })).toBe(change);
});

test.each(TABLE)('merging a record tells it: %s', (_, known, [at, member], change) => {
  const micros = (time: number): number => START * 1000 + time;
  const before = known
    ? viewAfter(staying, [memberships({ 'hot-1': [known[1] ? IN : OUT, micros(known[0])] })])
    : EMPTY_STATE;
  const record = profileOf(memberships({ 'hot-1': [member ? IN : OUT, micros(at)] }));
  const after = advance(deepFreeze(before), record, staying, START + 1);
  const told = change === 'out' || change === 'stale' ? [] : [{ change, at: micros(at) }];
  expect(after.transitions.map(({ change: name, at: when }) => ({ change: name, at: when }))).toEqual(told);
  expect(after.stale).toBe(change === 'stale');
  const wins = change === 'stale' && known ? known : ([at, member] as const);
  expect(after.state.standing.get('ups/hot-1')).toEqual({
    at: micros(wins[0]),
    member: wins[1],
    ever: member || known?.[1] === true,
    ...(known && known[1] !== member && { other: micros(change === 'stale' ? at : known[0]) }),
  });
});

const standing = (state: PersonState): [string, unknown][] => [...state.standing];

describe('standing', () => {
  test('is kept of declared audiences alone, by namespace in any case and id in its own', () => {
    const state = viewAfter(rules, [
      {
        segmentMembership: {
          UPS: { 'hot-1': {}, 'HOT-1': {}, 'vip-1': {} },
          uPLOAD: { 'vip-1': { status: OUT }, 'hot-1': {} },
        },
      },
    ]);
    expect(standing(state)).toEqual([
      ['ups/hot-1', { at: START * 1000, member: true, ever: true }],
      ['upload/vip-1', { at: START * 1000, member: false, ever: false }],
    ]);
  });

  test('without a time of its own an assertion is as of its record', () => {
    const state = viewAfter(rules, [memberships({ 'hot-1': [IN] }), START + 7]);
    expect(state.standing.get('ups/hot-1')?.at).toBe((START + 7) * 1000);
  });

  test('remembers for ever that membership was asserted, however late the assertion came', () => {
    const newer = viewAfter(rules, [memberships({ 'hot-1': [OUT, START] })]);
    const { state, stale } = advance(
      newer,
      profileOf(memberships({ 'hot-1': [IN, START - 1] })),
      rules,
      START,
    );
    const other = (START - 1) * 1000;
    expect(state.standing.get('ups/hot-1')).toEqual({ at: START * 1000, member: false, ever: true, other });
    expect(stale).toBe(true);
  });

  test.each([
    ['by time', { UPS: [IN, START], ups: [OUT, START + 1] }, { at: (START + 1) * 1000, member: false }],
    [
      'by time, the other way',
      { UPS: [OUT, START + 1], ups: [IN, START] },
      { at: (START + 1) * 1000, member: false },
    ],
    [
      'an exit at the same time',
      { UPS: [OUT, START], ups: [IN, START] },
      { at: START * 1000, member: false },
    ],
    [
      'one without a time, as of its record',
      { UPS: [OUT, START], ups: [IN] },
      { at: (START + 9) * 1000, member: true },
    ],
    ['the other without', { UPS: [IN], ups: [OUT, START] }, { at: (START + 9) * 1000, member: true }],
    ['none has a time', { UPS: [OUT], ups: [IN] }, { at: (START + 9) * 1000, member: false }],
  ])('a record that names one audience twice asserts one thing of it: %s', (_, named, won) => {
    const segmentMembership = Object.fromEntries(
      Object.entries(named).map(([namespace, [status, at]]) => [
        namespace,
        { 'hot-1': { status, ...(at === undefined ? {} : { lastQualificationTime: at }) } },
      ]),
    );
    const { state, transitions } = advance(EMPTY_STATE, profileOf({ segmentMembership }), rules, START + 9);
    expect(state.standing.get('ups/hot-1')).toMatchObject(won);
    expect(transitions.map(({ change }) => change)).toEqual([won.member ? 'entered' : 'left']);
  });
});

describe('attributes', () => {
  const read = (a: unknown, b?: unknown): object => ({ p: { a, b } });
  const a = (state: PersonState): unknown => state.values.get('p.a');

  test('are kept where a rule reads them, each with the time of its record', () => {
    const state = viewAfter(rules, [{ p: { a: 'x', c: 'unread' }, other: 1 }, START + 3]);
    expect([...state.values]).toEqual([['p.a', { value: 'x', at: START + 3 }]]);
  });

  test('absent and null say nothing', () => {
    const state = viewAfter(rules, [read('x'), START], [read(null), START + 1], [{ q: 1 }, START + 2]);
    expect(a(state)).toEqual({ value: 'x', at: START });
  });

  test('empty text, zero and false are values', () => {
    for (const value of ['', 0, false]) {
      expect(a(viewAfter(rules, [read('x'), START], [read(value), START + 1]))).toEqual({
        value,
        at: START + 1,
      });
    }
  });

  test('each path goes its own way', () => {
    const state = viewAfter(rules, [read('new'), START + 5], [read('old', 'only'), START]);
    expect([...state.values]).toEqual([
      ['p.a', { value: 'new', at: START + 5 }],
      ['p.b', { value: 'only', at: START }],
    ]);
  });

  test.each([
    ['texts by their code units', 'Z', 'a'],
    ['numbers by their texts', 10, 9],
    ['a text stands before a number', 'x', 1],
    ['objects by their members in order', { y: 1, x: 2 }, { x: 3, y: 0 }],
  ])('at the same time the greater canonical text wins, whichever comes first: %s', (_, less, greater) => {
    expect(a(viewAfter(rules, [read(less)], [read(greater)]))).toEqual({ value: greater, at: START });
    expect(a(viewAfter(rules, [read(greater)], [read(less)]))).toEqual({ value: greater, at: START });
  });

  test('a path does not lead through lists, texts or what objects inherit', () => {
    for (const p of [['x'], 'text', 7, null, [{ a: 1 }]]) {
      expect(viewAfter(rules, [{ p }]).values.size).toBe(0);
    }
  });
});

test('a record that says nothing new gives back the very same state', () => {
  const record: [object, number] = [{ ...memberships({ 'hot-1': [IN, START] }), p: { a: 'x' } }, START];
  const state = deepFreeze(viewAfter(rules, record));
  const again = advance(state, profileOf(record[0]), rules, START);
  expect(again.state).toBe(state);
  expect(again.transitions).toEqual([]);
});

describe('stayed', () => {
  const record = memberships({ 'hot-1': [IN, START] });
  const once = viewAfter(staying, [record, START]);
  const again = (at: number): string[] =>
    advance(deepFreeze(once), profileOf(record), staying, at).transitions.map(({ change }) => change);

  test('is told of a newer record, not of the same one again, nor of a late one', () => {
    expect(again(START + 1)).toEqual(['stayed']);
    expect(again(START)).toEqual([]);
    expect(again(START - 1)).toEqual([]);
  });

  test('is made once: a record that comes again makes none, and what was not done of it is owed', () => {
    const { state, transitions } = advance(once, profileOf(record), staying, START + 1);
    expect(transitions).toHaveLength(1);
    const early = { ...state, values: settledValues(once, state) };
    expect(advance(early, profileOf(record), staying, START + 1).transitions).toEqual([]);
  });
});

test('a record is stale only when all it says of declared audiences is', () => {
  const state = viewAfter(rules, [memberships({ 'hot-1': [IN, START] })]);
  const staleOf = (body: object): boolean => advance(state, profileOf(body), rules, START).stale;
  expect(staleOf(memberships({ 'hot-1': [IN, START - 1] }))).toBe(true);
  expect(staleOf(memberships({ 'hot-1': [IN, START - 1], unknown: [IN, START] }))).toBe(true);
  expect(staleOf(memberships({ 'hot-1': [IN, START] }))).toBe(false);
  expect(staleOf(memberships({ unknown: [IN, START] }))).toBe(false);
  expect(staleOf({ q: 1 })).toBe(false);
  const both = { ups: { 'hot-1': { lastQualificationTime: START - 1 } }, upload: { 'vip-1': {} } };
  expect(staleOf({ segmentMembership: both })).toBe(false);
});

test('what targets hold, doubts and leases stay as they were', () => {
  const state: PersonState = deepFreeze({
    ...EMPTY_STATE,
    written: new Map([['t', new Map([['F', { hash: 'h', at: 1 }]])]]),
    unsure: new Set(['t']),
    claim: { by: 'me', until: 5 },
  });
  const after = advance(state, profileOf(memberships({ 'hot-1': [IN] })), rules, START).state;
  expect(after).toMatchObject({ written: state.written, unsure: state.unsure, claim: state.claim });
});
