import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryIn, textsOf } from '../../shared/audit/entry-text.js';
import {
  EMPTY_PAGE,
  entriesOf,
  MOST_ENTRIES,
  MOST_TEXT,
  type Page,
  pageIn,
  pageState,
  withEntries,
} from '../../shared/audit/page.js';
import type { AuditEntry } from '../../shared/core/audit.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
import { decodeState, encodeState } from '../../shared/stores/state-codec.js';

const DAY_MS = 86_400_000;
const DAYS = 30;
const NOW = 1_790_000_000_000;

const kinds = ['created', 'updated', 'accepted', 'absent', 'rejected', 'unanswered', 'nothing'] as const;
const isWrite = ({ answer: { kind } }: AuditEntry): boolean =>
  ['created', 'updated', 'accepted'].includes(kind);

const entries: fc.Arbitrary<AuditEntry> = fc
  .record({
    age: fc.oneof(fc.nat(60_000), fc.nat(40 * DAY_MS)),
    kind: fc.constantFrom(...kinds),
    message: fc.constantFrom('a', 'b'),
    field: fc.string({ unit: 'grapheme', maxLength: 30 }),
    fields: fc.oneof({ weight: 8, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.constant(64) }),
    value: fc.option(fc.jsonValue(), { nil: undefined }),
  })
  .map(({ age, kind, message, field, fields, value }) => ({
    at: NOW - age,
    persons: [{ name: 'one-way', key: 'key' }],
    operation: 'upsert' as const,
    place: 'sales/Contact',
    causes: ['rule (entered hot)'],
    rules: ['rule'],
    audiences: [],
    messages: [{ id: message, source: 'stream', at: 1, record: 0 }],
    // What came out of JSON is JSON.
    fields: Array.from({ length: fields }, (_, i) => ({
      name: `${field}${i}`,
      rule: 'rule',
      changed: true,
      ...(value !== undefined && { value: JSON.parse(JSON.stringify(value)) }),
    })),
    answer: { kind },
  }));

const histories = fc.array(fc.array(entries, { maxLength: 12 }), { maxLength: 10 });
const pageOf = (history: readonly (readonly AuditEntry[])[]): Page =>
  history.reduce<Page>((page, some) => withEntries(page, some, DAYS, NOW), EMPTY_PAGE);

const told = (page: Page): readonly AuditEntry[] => {
  const found = entriesOf(page);
  if (!found.ok) throw found.fault;
  return found.value;
};

test('a page is bounded, in order, and never without its newest entry', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const page = pageOf(history);
      const kept = told(page);
      expect(kept.length).toBeLessThanOrEqual(MOST_ENTRIES);
      const [newest, ...others] = [...kept].reverse();
      const forms = new Set(page.entries.map(([, , form]) => form));
      const texts = [...page.entries.map(([, text]) => text), ...forms];
      const text = texts.reduce((sum, one) => sum + one.length, 0);
      if (others.length > 0) expect(text).toBeLessThanOrEqual(MOST_TEXT);
      expect([...kept].sort((a, b) => a.at - b.at)).toEqual(kept);
      const live = history.flat().filter(({ at }) => at >= NOW - DAYS * DAY_MS);
      expect(newest?.at).toBe(live.length === 0 ? undefined : Math.max(...live.map(({ at }) => at)));
    }),
  );
});

test('each accepted write is one entry, until there is no room for it or its days are over', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const page = pageOf(history);
      const from = Math.max(NOW - DAYS * DAY_MS, (page.dropped ?? 0) + 1);
      const times = (some: readonly AuditEntry[]) =>
        some
          .filter((one) => isWrite(one) && one.at >= from)
          .map(({ at }) => at)
          .sort((a, b) => a - b);
      expect(times(told(page))).toEqual(times(history.flat()));
    }),
  );
});

test('what says the same of the same messages in a row is counted, and nothing of it is lost', () => {
  const count = (some: readonly AuditEntry[]) => some.reduce((sum, { times = 1 }) => sum + times, 0);
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 15 }), (some) => {
      const page = pageOf([some]);
      if (page.dropped !== undefined) return;
      const live = some.filter(({ at }) => at >= NOW - DAYS * DAY_MS);
      expect(count(told(page))).toBe(live.length);
    }),
  );
});

test('a page comes back from a store as it was', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const page = pageOf(history);
      const stored = decodeState(encodeState(pageState(page, NOW)));
      expect(stored.ok && pageIn(stored.value)).toEqual({ ok: true, value: page });
    }),
  );
});

test('a full page packs into little', () => {
  const [entry] = fc.sample(entries, { numRuns: 1, seed: 7 });
  if (!entry) throw new Error('there is no sample');
  const many = Array.from({ length: 40 }, (_, i) => ({
    ...entry,
    answer: { kind: 'accepted' as const },
    at: NOW + i,
    messages: [{ id: `4959033827166425${i * 7919}`, source: 'kinesis:tributary', at: NOW + i, record: 0 }],
    fields: Array.from({ length: 15 }, (_, n) => ({
      name: `Custom_Field_${n}__c`,
      rule: 'the contact says',
      changed: n === 3,
    })),
  }));
  const page = withEntries(EMPTY_PAGE, many, DAYS, NOW);
  expect(page.dropped).toBeDefined();
  expect(encodeState(pageState(page, NOW)).length).toBeLessThan(2_000);
});

test('an entry is told as it was noted, whatever is in it', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  const audience = fc.record(
    {
      key: text,
      change: fc.constantFrom('entered' as const, 'left' as const, 'stayed' as const, 'same' as const),
      member: fc.boolean(),
      at: fc.maxSafeNat(),
      backfill: fc.constant(true as const),
      overtaken: fc.constant(true as const),
    },
    { requiredKeys: ['key', 'change', 'member', 'at'] },
  );
  const more = fc.record(
    {
      list: text,
      match: text,
      spelling: text,
      again: fc.constant(true as const),
      muted: fc.array(text, { maxLength: 2 }),
      moreFields: fc.nat(),
      rules: fc.array(fc.constantFrom('rule', 'another'), { maxLength: 2 }),
      persons: fc.array(fc.record({ name: text, key: text }), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(entries, fc.array(audience, { maxLength: 3 }), more, (entry, audiences, rest) => {
      const whole: AuditEntry = { ...entry, audiences, ...rest };
      expect(entryIn(whole.at, ...textsOf(whole))).toEqual(whole);
    }),
  );
});

test('a page of before is read, and written on', () => {
  const [first, second] = fc.sample(entries, { numRuns: 2, seed: 4 });
  if (!first || !second) throw new Error('there is no sample');
  const [old, later] = [
    { ...first, at: NOW - 2 },
    { ...second, at: NOW - 1 },
  ];
  const values = new Map([['page', { value: JSON.parse(JSON.stringify({ entries: [old] })), at: NOW }]]);
  const page = pageIn({ ...EMPTY_STATE, values });
  if (!page.ok) throw page.fault;
  expect(told(page.value)).toEqual([old]);
  expect(told(withEntries(page.value, [later], DAYS, NOW))).toEqual([old, later]);
});

const FORM = '[[null,null,null,null,null],[],[],["Hot"],[0]]';

test.each([
  ['', FORM],
  ['{}', FORM],
  ['[]', FORM],
  ['[[],[],[],"",[],{"answer":{"kind":"created"}}]', FORM],
  ['[[],[],[],"1",[],{}]', FORM],
  ['[[],[],[],"",[],{"answer":{"kind":"created"}}]', ''],
  ['[[],[],[],"",[],{"answer":{"kind":"created"}}]', '{}'],
])('what a newer version may have written is no entry: %s %s', (text, form) => {
  expect(entryIn(NOW, text, form)).toBeUndefined();
  const page = pageIn(pageState({ ...EMPTY_PAGE, entries: [[NOW, text, form]] }, NOW));
  expect(page.ok && entriesOf(page.value)).toMatchObject({ ok: false, fault: { code: 'store.format' } });
});

test.each([15, 30, 60])(
  'of a row of %i fields that two rules write by turns the newest twenty changes are told',
  (count) => {
    const changes = Array.from({ length: 25 }, (_, i): AuditEntry => {
      const rule =
        i % 2 === 0
          ? 'the contact says who is likely to buy'
          : 'the contact says who is a member of the club';
      return {
        at: NOW + i,
        persons: [{ name: '3f9a1c0d5b7e2a44', key: 'f'.repeat(32) }],
        operation: 'upsert',
        place: 'sales/Contact',
        match: 'AEP_Id__c',
        spelling: '0123abcd',
        causes: [`${rule} (member of high-propensity)`],
        rules: [rule],
        audiences: [
          { key: 'ups/59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae', change: 'same', member: true, at: NOW * 1000 },
        ],
        messages: [
          { id: `4966372${i}49033827166425`, source: 'kinesis:tributary-prod-events', at: NOW, record: 0 },
        ],
        fields: Array.from({ length: count }, (_, n) => ({
          name: `Marketing_Field_${n}__c`,
          rule,
          changed: n === i,
        })),
        answer: { kind: 'updated', requestId: 'req-0123456789abcdef' },
      };
    });
    const page = changes.reduce((all, entry) => withEntries(all, [entry], DAYS, NOW), EMPTY_PAGE);
    expect(told(page)).toEqual(changes.slice(-MOST_ENTRIES));
    expect(encodeState(pageState(page, NOW)).length).toBeLessThan(3_000);
  },
);
