import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../shared/core/fingerprint.js';
import type { PlannedAction, PlannedField } from '../../shared/core/plan.js';
import type { Json } from '../../shared/core/ports.js';
import {
  forget,
  outstanding as outstandingAt,
  sameValues,
  sameWritten,
  type WrittenFields,
} from '../../shared/core/suppress.js';
import { deepFreeze } from './persons-records.js';

/** The time of the record, epoch microseconds; only what is sent once remembers it. */
const NOW = 1_800_000_000_000_000;
const outstanding = (planned: PlannedAction, accepted: WrittenFields | undefined) =>
  outstandingAt(planned, accepted, NOW);

/** A field that follows the view, a constant of an edge (`at`), or one of a level that stands on an assertion (`since`). */
const field = (value: Json, times: { at?: number; since?: number } = {}): PlannedField => ({
  value,
  at: times.at ?? 0,
  since: times.since ?? 0,
  rule: 0,
});

const action = (fields: Readonly<Record<string, PlannedField>>): PlannedAction => ({
  connection: 'sales',
  operation: 'upsert',
  object: 'Contact',
  target: 'sales/Contact/Id=C-1',
  key: { Id: 'C-1' },
  fields: new Map(Object.entries(fields)),
  causes: ['rule'],
});

/** What a target accepted: field → value, and the time of the edge that wrote it. */
const held = (fields: Readonly<Record<string, readonly [Json, number?]>>): WrittenFields =>
  new Map(Object.entries(fields).map(([name, [value, at = 0]]) => [name, { hash: fingerprint(value), at }]));

const plain = (written: WrittenFields): object => Object.fromEntries(written);

test('a target that holds nothing from us is sent everything', () => {
  const result = outstanding(action({ A: field('a'), B: field(null) }), undefined);
  expect(result.changed).toBe(true);
  expect([...result.fields.keys()]).toEqual(['A', 'B']);
  expect(plain(result.written)).toEqual(plain(held({ A: ['a'], B: [null] })));
});

test('what the target holds already is not sent', () => {
  const written = held({ A: ['a'], B: [7], C: ['of another rule'] });
  const result = outstanding(action({ A: field('a'), B: field(7) }), deepFreeze(written));
  expect(result.changed).toBe(false);
  expect(plain(result.written)).toEqual(plain(written));
});

test('one field that differs makes all be sent, and nothing that the action does not write', () => {
  const result = outstanding(
    action({ A: field('new'), B: field(7) }),
    deepFreeze(held({ A: ['a'], B: [7], C: ['c'] })),
  );
  expect(result.changed).toBe(true);
  expect([...result.fields].map(([name, { value }]) => [name, value])).toEqual([
    ['A', 'new'],
    ['B', 7],
  ]);
  expect(plain(result.written)).toEqual(plain(held({ A: ['new'], B: [7], C: ['c'] })));
});

test('a field that was never written differs, also when its value is null or empty', () => {
  for (const value of [null, '', 0, false]) {
    expect(outstanding(action({ A: field('a'), N: field(value) }), held({ A: ['a'] })).changed).toBe(true);
  }
});

test('text and number, true and "true" differ; the order of members does not', () => {
  expect(outstanding(action({ A: field('7') }), held({ A: [7] })).changed).toBe(true);
  expect(outstanding(action({ A: field('true') }), held({ A: [true] })).changed).toBe(true);
  expect(outstanding(action({ A: field({ x: 1, y: 2 }) }), held({ A: [{ y: 2, x: 1 }] })).changed).toBe(
    false,
  );
});

describe('an action without fields', () => {
  test('is sent where nothing was ever accepted', () => {
    expect(outstanding(action({}), undefined)).toMatchObject({ changed: true, fields: new Map() });
  });

  test('is not sent again, whatever was accepted', () => {
    expect(outstanding(action({}), new Map()).changed).toBe(false);
    expect(outstanding(action({}), held({ A: ['a'] })).changed).toBe(false);
  });
});

describe('constants', () => {
  const OLD = 10;
  const NEW = 20;

  /** Whether a wish for the field F overwrites what F holds, and the time that F then has. */
  const against = (wish: PlannedField, known: readonly [Json, number?]) => {
    const { changed, fields, written } = outstanding(action({ F: wish }), held({ F: known }));
    return { changed, sent: fields.has('F'), at: written.get('F')?.at };
  };

  test.each([
    [
      'a newer edge overwrites an older one',
      field('b', { at: NEW }),
      ['a', OLD],
      { changed: true, sent: true, at: NEW },
    ],
    [
      'an older edge does not overwrite a newer one',
      field('b', { at: OLD }),
      ['a', NEW],
      { changed: false, sent: false, at: NEW },
    ],
    [
      'the same edge again changes nothing',
      field('a', { at: OLD }),
      ['a', OLD],
      { changed: false, sent: true, at: OLD },
    ],
    [
      'a newer edge of the same value moves the time alone',
      field('a', { at: NEW }),
      ['a', OLD],
      { changed: false, sent: true, at: NEW },
    ],
    [
      'an edge overwrites what followed the view',
      field('b', { at: OLD }),
      ['a'],
      { changed: true, sent: true, at: OLD },
    ],
    [
      'what follows the view overwrites an edge',
      field('b'),
      ['a', NEW],
      { changed: true, sent: true, at: 0 },
    ],
    [
      'a level that stands on a newer assertion overwrites an edge',
      field('b', { since: NEW }),
      ['a', OLD],
      { changed: true, sent: true, at: 0 },
    ],
    [
      'one that stands on an older assertion does not',
      field('b', { since: OLD }),
      ['a', NEW],
      { changed: false, sent: false, at: NEW },
    ],
    [
      'one that stands on the assertion of the edge does not',
      field('b', { since: OLD }),
      ['a', OLD],
      { changed: false, sent: false, at: OLD },
    ],
    [
      'levels overwrite each other as the view decides',
      field('b', { since: OLD }),
      ['a'],
      { changed: true, sent: true, at: 0 },
    ],
  ] as const)('%s', (_, wish, known, expected) => {
    expect(against(wish, known)).toEqual(expected);
  });

  test('of two edges at the same instant the same one wins, whichever was first', () => {
    const [a, b] = ['a', 'b'].map((value) => field(value, { at: OLD }));
    const end = (first: PlannedField, second: PlannedField) => {
      const one = outstanding(action({ F: first }), undefined);
      return plain(outstanding(action({ F: second }), one.written).written);
    };
    if (!a || !b) throw new Error('two fields');
    expect(end(a, b)).toEqual(end(b, a));
  });

  test('a constant that is stale is left out of what is sent for other fields', () => {
    const result = outstanding(
      action({ F: field('b', { at: OLD }), G: field('new') }),
      held({ F: ['a', NEW], G: ['g'] }),
    );
    expect(result.changed).toBe(true);
    expect([...result.fields.keys()]).toEqual(['G']);
    expect(plain(result.written)).toEqual(plain(held({ F: ['a', NEW], G: ['new'] })));
  });
});

const NAMES = ['A', 'B', 'C'];
const value = fc.constantFrom<Json>('a', 'b', null, 1);
const time = fc.integer({ min: 1, max: 3 });
const wish = fc.oneof(
  value.map((one) => field(one)),
  fc.tuple(value, time).map(([one, at]) => field(one, { at })),
  fc.tuple(value, time).map(([one, since]) => field(one, { since })),
);
const anyAction = fc.dictionary(fc.constantFrom(...NAMES), wish, { maxKeys: 3 }).map(action);
const anyHeld = fc.option(
  fc
    .dictionary(fc.constantFrom(...NAMES), fc.tuple(value, fc.integer({ min: 0, max: 3 })), { maxKeys: 3 })
    .map(held),
  { nil: undefined },
);

test('once accepted, the same action changes nothing', () => {
  fc.assert(
    fc.property(anyAction, anyHeld, (wanted, before) => {
      const { written } = outstanding(deepFreeze(wanted), before && deepFreeze(before));
      const again = outstanding(wanted, written);
      expect(again.changed).toBe(false);
      expect(sameWritten(again.written, written)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('it is changed exactly when the values of the target change, and what is sent is what changes them', () => {
  fc.assert(
    fc.property(anyAction, anyHeld, (wanted, before) => {
      const { changed, fields, written } = outstanding(wanted, before);
      const bare = wanted.fields.size === 0 && before === undefined;
      expect(changed).toBe(bare || !sameValues(written, before));
      for (const name of NAMES) {
        const sent = fields.get(name);
        const hash = sent ? fingerprint(sent.value) : before?.get(name)?.hash;
        expect(written.get(name)?.hash).toBe(hash);
      }
    }),
    { numRuns: 2000 },
  );
});

test('edges commute: of any actions of edges the rows end alike in any order', () => {
  const edges = fc
    .dictionary(fc.constantFrom(...NAMES), fc.tuple(value, time), { minKeys: 1, maxKeys: 3 })
    .map((fields) =>
      action(
        Object.fromEntries(Object.entries(fields).map(([name, [one, at]]) => [name, field(one, { at })])),
      ),
    );
  const end = (actions: readonly PlannedAction[]): WrittenFields | undefined =>
    actions.reduce<WrittenFields | undefined>((written, one) => outstanding(one, written).written, undefined);
  fc.assert(
    fc.property(
      fc.array(edges, { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
      (actions, dice) => {
        const mixed = actions
          .map((one) => ({ one, place: dice.next().value as number })) // the stream is endless
          .sort((a, b) => a.place - b.place)
          .map(({ one }) => one);
        expect(sameWritten(end(actions), end(mixed))).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

test('what is forgotten differs from every value, and keeps its times', () => {
  fc.assert(
    fc.property(anyHeld, value, (before, one) => {
      const unknown = forget(before) ?? new Map();
      expect([...unknown.keys()]).toEqual([...(before ?? new Map()).keys()]);
      for (const [name, { hash, at }] of unknown) {
        expect(at).toBe(before?.get(name)?.at);
        expect(hash).not.toBe(fingerprint(one));
      }
    }),
    { numRuns: 500 },
  );
});

test('sameValues looks at values, sameWritten at times as well, both at which fields there are', () => {
  const one = held({ A: ['a', 1] });
  expect(sameValues(one, held({ A: ['a', 2] }))).toBe(true);
  expect(sameWritten(one, held({ A: ['a', 2] }))).toBe(false);
  expect(sameWritten(one, held({ A: ['a', 1] }))).toBe(true);
  expect(sameValues(one, held({ A: ['b', 1] }))).toBe(false);
  expect(sameValues(one, held({ A: ['a'], B: ['b'] }))).toBe(false);
  expect(sameValues(held({ A: ['a'], B: ['b'] }), one)).toBe(false);
  expect(sameValues(held({ A: ['a'] }), held({ B: ['a'] }))).toBe(false);
  expect(sameValues(undefined, new Map())).toBe(true);
  expect(sameValues(one, undefined)).toBe(false);
});
