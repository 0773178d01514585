import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AudienceCall, type AudienceRecord, audienceIdOf } from '../../shared/door/audience.js';
import { type AudienceBook, audienceBook, BOOK_TTL_DAYS } from '../../shared/door/audience-book.js';
import { fakeClock } from '../support/fakes.js';
import { somebody } from './store-steps.js';
import type { StoreGround, StoreSubject } from './store-subject.js';

const TIME = '2026-11-21T08:00:00.000Z';

/** A record nobody else has, under the id that its call gives. */
function recordOf(call: AudienceCall): AudienceRecord {
  return { id: audienceIdOf(call), name: call.name ?? 'unnamed', ...call, created: TIME, updated: TIME };
}

/** The laws of the audience book; run on every state store. */
export function audienceBookContract(subject: Pick<StoreSubject, 'name' | 'start'>): void {
  describe(`audience book in ${subject.name}`, () => {
    let ground: StoreGround | undefined;
    beforeAll(async () => {
      ground = await subject.start();
    });
    afterAll(() => ground?.close());
    const open = (): AudienceBook => {
      if (!ground) throw new Error('the service has not been started');
      const clock = fakeClock();
      return audienceBook(ground.open({ clock, ttlDays: BOOK_TTL_DAYS }), clock);
    };

    test('what one process registers another one finds, changes and removes', async () => {
      const [one, other] = [open(), open()];
      const record = recordOf({ name: 'VIP "gold"\n', audience: somebody(), source: 'acme' });
      expect(await one.change(record.id, () => record)).toEqual(record);
      expect(await other.get(record.id)).toEqual(record);
      const renamed = { ...record, name: 'VIP ⭐' };
      expect(await other.change(record.id, (known) => known && { ...known, name: 'VIP ⭐' })).toEqual(
        renamed,
      );
      expect(await one.get(record.id)).toEqual(renamed);
      expect(await one.change(record.id, () => undefined)).toBeUndefined();
      expect(await other.get(record.id)).toBeUndefined();
      expect(await other.change(record.id, (known) => known)).toBeUndefined();
    });

    test('a hundred audiences registered at once by two processes are all there, in order of their ids', async () => {
      const books = [open(), open()];
      const records = Array.from({ length: 100 }, (_, i) =>
        recordOf({ name: `audience ${i}`, audience: somebody() }),
      );
      await Promise.all(records.map((record, i) => books[i % 2]?.change(record.id, () => record)));
      const wanted = records.map(({ id }) => id).sort();
      const found = await open().all();
      expect(found.filter(({ id }) => wanted.includes(id)).map(({ id }) => id)).toEqual(wanted);
    });

    test('changes of one audience made at once all count', async () => {
      const book = open();
      const { id, ...rest } = recordOf({ name: '', audience: somebody() });
      await Promise.all(
        Array.from({ length: 20 }, () =>
          book.change(id, (known) => ({ ...rest, id, name: `${known?.name ?? ''}+` })),
        ),
      );
      expect((await book.get(id))?.name).toBe('+'.repeat(20));
    });
  });
}
