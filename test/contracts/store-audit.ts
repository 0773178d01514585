import { describe, expect, test } from 'vitest';
import { auditOn } from '../../shared/audit/audit.js';
import { forgetAudit } from '../../shared/audit/forget.js';
import { type Asking, why } from '../../shared/audit/why.js';
import type { AuditNote } from '../../shared/core/audit.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
import { fakeClock } from '../support/fakes.js';
import { somebody } from './store-steps.js';
import type { StoreGround } from './store-subject.js';

const DAY_MS = 86_400_000;
let rows = 0;

/** A row that no other test knows, and a note about it. */
function rowOf(person: string) {
  rows += 1;
  const row = { connection: 'sales', object: 'Contact', key: `row ${rows}@example.com` };
  const note = (at: number, remoteId?: string): AuditNote => ({
    place: { kind: 'row', ...row },
    persons: [{ id: person, name: 'one-way' }],
    prints: new Map([['Hot', `${at}`]]),
    entry: {
      at,
      operation: 'upsert',
      place: 'sales/Contact',
      match: 'Email',
      causes: ['rule (entered hot)'],
      rules: ['rule'],
      audiences: [{ key: 'ups/hot', change: 'entered', member: true, at: at * 1000 }],
      messages: [{ id: `seq ${at}`, source: 'kinesis:stream', at, record: 0 }],
      fields: [{ name: 'Hot', rule: 'rule', changed: true, value: [true, null, 'é', { a: 1 }] }],
      answer: { kind: 'accepted' },
    },
    ...(remoteId !== undefined && { remoteId }),
  });
  return { row, note };
}

const timesOf = async (asking: Asking, row: ReturnType<typeof rowOf>['row']): Promise<readonly number[]> =>
  (await why({ kind: 'row', row }, asking)).rows.flatMap(({ entries }) => entries.map(({ at }) => at));

/** What the audit needs of a state store: run on every one of them. */
export function storeAudit(started: () => StoreGround): void {
  describe('the audit', () => {
    const world = () => {
      const clock = fakeClock();
      const store = started().open({ clock });
      const add = async (days: number, ...notes: readonly AuditNote[]) =>
        auditOn(store, clock, { days, values: true })
          .begin()
          .open(notes.map(({ place }) => place))
          .add(notes);
      return { clock, store, add, asking: { store, clock, from: 0 } };
    };

    test('what was added is read back whole, by the key and by the id of the target', async () => {
      const { clock, asking, add } = world();
      const { row, note } = rowOf(somebody());
      const at = clock.now();
      expect(await add(30, note(at, '003-A'))).toBeUndefined();
      expect(await add(30, note(at + 1, '003-A'))).toBeUndefined();
      const asked = await why({ kind: 'row', row }, asking);
      expect(asked.rows[0]?.entries).toMatchObject([note(at).entry, note(at + 1).entry]);
      expect(await timesOf(asking, { ...row, key: '003-A' })).toEqual([at, at + 1]);
    });

    test('many who write about one row at once lose nothing they do not tell of', async () => {
      const { clock, asking, add } = world();
      const { row, note } = rowOf(somebody());
      const losses = await Promise.all(Array.from({ length: 6 }, (_, i) => add(30, note(clock.now() + i))));
      const lost = losses.reduce((sum, loss) => sum + (loss?.notes ?? 0), 0);
      expect((await timesOf(asking, row)).length + lost).toBe(6);
      expect(losses.filter((loss) => loss && loss.code !== 'store.contended')).toEqual([]);
    });

    test('an entry is gone after its days, and its row is found by the id of the target until then', async () => {
      const { clock, asking, add } = world();
      const { row, note } = rowOf(somebody());
      await add(10, note(clock.now(), '003-B'));
      for (let day = 0; day < 25; day += 5) {
        clock.advance(5 * DAY_MS);
        await add(10, note(clock.now(), '003-B'));
        expect(await timesOf(asking, { ...row, key: '003-B' })).toHaveLength(Math.min(3, 2 + day / 5));
      }
      clock.advance(10 * DAY_MS + 2_000);
      expect(await timesOf(asking, row)).toEqual([]);
      expect(await timesOf(asking, { ...row, key: '003-B' })).toEqual([]);
    });

    test('an id of the target that another row has now leads to that one', async () => {
      const { clock, asking, add } = world();
      const [old, young] = [rowOf(somebody()), rowOf(somebody())];
      await add(30, old.note(clock.now(), '003-C'));
      await add(30, young.note(clock.now() + 5, '003-C'));
      expect(await timesOf(asking, { ...young.row, key: '003-C' })).toEqual([clock.now() + 5]);
    });

    test('a person who is forgotten is forgotten here, too', async () => {
      const { clock, store, asking, add } = world();
      const person = somebody();
      const { row, note } = rowOf(person);
      const target = `sales/Contact/Email=${row.key}`;
      const written = new Map([[target, new Map([['Hot', { hash: 'x', at: 0 }]])]]);
      await store.write([{ id: person, state: { ...EMPTY_STATE, written }, expected: undefined }]);
      await add(30, note(clock.now(), '003-D'));
      expect((await why({ kind: 'person', id: person }, asking)).rows).toHaveLength(1);
      expect(await forgetAudit(store, person)).toBe(1);
      for (const key of [row.key, '003-D']) expect(await timesOf(asking, { ...row, key })).toEqual([]);
    });
  });
}
