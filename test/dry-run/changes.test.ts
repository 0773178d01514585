import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from '../../shared/core/fingerprint.js';
import type { Asked, Delivery, Json } from '../../shared/core/ports.js';
import { type Action, OPERATIONS } from '../../shared/core/remote.js';
import { type Change, compareDeliveries } from '../../shared/dry-run/changes.js';

const delivery: fc.Arbitrary<Delivery> = fc
  .record({
    connection: fc.constantFrom('sales', 'chat'),
    operation: fc.constantFrom(...OPERATIONS),
    object: fc.constantFrom('Contact', 'Task'),
    key: fc.constantFrom({ Id: '1' }, { Id: '2' }),
    fields: fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom<Json>(1, '1', null, { x: 1 }), {
      maxKeys: 2,
    }),
    idempotencyKey: fc.uuid(),
  })
  .map((action: Action) => ({
    person: 'p',
    // What happens once is addressed to nobody.
    action: action.operation === 'send' ? { ...action, key: {} } : action,
    outcome: { kind: 'accepted' },
    causes: ['r'],
    messages: [],
  }));

const deliveries = fc.array(delivery, { maxLength: 6 });

/** What a delivery comes to, whatever it is named by. */
const effects = (list: readonly Asked[]): readonly string[] =>
  list.map(({ action: { idempotencyKey: _, ...action } }) => canonical(action)).sort();

const kinds = (changes: readonly Change[]) => changes.map(({ kind }) => kind).sort();

test('nothing differs from itself, in whatever order and however it is named', () => {
  fc.assert(
    fc.property(
      deliveries.chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      ),
      ([list, shuffled]) => {
        const renamed = shuffled.map((one) => ({ ...one, action: { ...one.action, idempotencyKey: 'new' } }));
        expect(compareDeliveries(list, renamed)).toEqual([]);
      },
    ),
  );
});

test('the other way round everything is the other way round', () => {
  fc.assert(
    fc.property(deliveries, deliveries, (a, b) => {
      const mirror = { added: 'removed', removed: 'added', changed: 'changed' } as const;
      const there = kinds(compareDeliveries(a, b)).map((kind) => mirror[kind]);
      expect(kinds(compareDeliveries(b, a))).toEqual(there.sort());
    }),
  );
});

test('the old actions without what is gone and with what has come are the new ones', () => {
  fc.assert(
    fc.property(deliveries, deliveries, (a, b) => {
      const changes = compareDeliveries(a, b);
      const gone = new Set(changes.flatMap((change) => ('before' in change ? [change.before] : [])));
      const come = changes.flatMap((change) => ('after' in change ? [change.after] : []));
      expect(effects([...a.filter((one) => !gone.has(one)), ...come])).toEqual(effects(b));
    }),
    { numRuns: 500 },
  );
});

test('what changed says how: every field that differs, and no other', () => {
  fc.assert(
    fc.property(deliveries, deliveries, (a, b) => {
      for (const change of compareDeliveries(a, b)) {
        if (change.kind !== 'changed') continue;
        const { before, after, fields } = change;
        expect(before.action.operation !== after.action.operation || fields.length > 0).toBe(true);
        const patched: Record<string, Json> = { ...before.action.fields };
        for (const { name, after: value } of fields) {
          if (value === undefined) delete patched[name];
          else patched[name] = value;
        }
        expect(patched).toEqual(after.action.fields);
      }
    }),
  );
});
