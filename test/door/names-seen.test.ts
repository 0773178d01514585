import { describe, expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { type ProfileExport, readProfile } from '../../shared/core/profile.js';
import { type AudienceBook, audienceBook } from '../../shared/door/audience-book.js';
import { namesSeen } from '../../shared/door/names-seen.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { fakeClock, silent } from '../support/fakes.js';

const AT = '2026-01-02T03:04:05Z';

/** An export that carries names of audiences: `{ namespace: { id: name } }`. */
function carrying(names: Readonly<Record<string, Readonly<Record<string, unknown>>>>): ProfileExport {
  const segmentMembership = Object.fromEntries(
    Object.entries(names).map(([namespace, ids]) => [
      namespace,
      Object.fromEntries(
        Object.entries(ids).map(([id, name]) => [
          id,
          { status: 'realized', lastQualificationTime: AT, name },
        ]),
      ),
    ]),
  );
  const read = readProfile({ segmentMembership });
  if (!read.ok) throw read.fault;
  return read.value;
}

/** A process with a book that counts what is asked of it, and fails when told to. */
function world(store = memoryStore()) {
  const clock = fakeClock();
  const real = audienceBook(store, clock);
  const counts = { reads: 0, writes: 0, down: false };
  const answer = <T>(work: () => Promise<T>): Promise<T> =>
    counts.down ? Promise.reject(new Fault('store.unavailable', 'no')) : work();
  const book: AudienceBook = {
    get: (...args) => answer(() => real.get(...args)),
    change: (...args) => {
      counts.writes += 1;
      return answer(() => real.change(...args));
    },
    all: (...args) => {
      counts.reads += 1;
      return answer(() => real.all(...args));
    },
  };
  const seen = namesSeen({ book, clock, log: silent });
  return {
    clock,
    counts,
    seen,
    store,
    async take(...profiles: readonly ProfileExport[]) {
      const some = seen.see(profiles);
      if (some) await seen.keep();
      return some;
    },
    names: async () =>
      (await real.all()).map(({ namespace, audience, name }) => `${namespace}/${audience}: ${name}`).sort(),
  };
}

describe('names that exports carry', () => {
  test('are in the book once, with namespace and id, and no further record asks the book', async () => {
    const { take, counts, names } = world();
    expect(
      await take(carrying({ ups: { a: 'VIP' }, Own: { b: 'Fans', c: undefined, d: 7, e: ' \u0007' } })),
    ).toBe(true);
    expect(await names()).toEqual(['own/b: Fans', 'ups/a: VIP']);
    const { reads, writes } = counts;
    for (let i = 0; i < 100; i++)
      expect(await take(carrying({ ups: { a: 'VIP' }, Own: { b: 'Fans' } }))).toBe(false);
    expect(counts).toMatchObject({ reads, writes });
  });

  test('that are in the book already are not written by the next process', async () => {
    const first = world();
    await first.take(carrying({ ups: { a: 'VIP' } }));
    const second = world(first.store);
    await second.take(carrying({ ups: { a: 'VIP' } }));
    expect(second.counts).toMatchObject({ reads: 1, writes: 0 });
  });

  test('of many audiences are written a few at a time, all in the end', async () => {
    const { take, counts, names } = world();
    const many = carrying({
      ups: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a${i}`, `n${i}`])),
    });
    for (const written of [20, 40, 50]) {
      expect(await take(many)).toBe(true);
      expect(counts.writes).toBe(written);
    }
    expect(await take(many)).toBe(false);
    expect(await names()).toHaveLength(50);
  });

  test('that change leave the former one known, and an old export does not bring it back', async () => {
    const { take, store, counts } = world();
    await take(carrying({ ups: { a: 'Old' } }));
    await take(carrying({ ups: { a: 'New' } }));
    const { writes } = counts;
    await take(carrying({ ups: { a: 'Old' } }));
    await world(store).take(carrying({ ups: { a: 'Old' } }));
    expect(counts.writes).toBe(writes);
    const [record] = await audienceBook(store, fakeClock()).all();
    expect(record).toMatchObject({ name: 'New', formerly: ['Old'], seen: true });
  });

  test('stop nothing while the book does not answer, and are kept when it does', async () => {
    const { take, counts, clock, names } = world();
    counts.down = true;
    expect(await take(carrying({ ups: { a: 'VIP' } }))).toBe(true);
    expect(await take(carrying({ ups: { a: 'VIP' } }))).toBe(false);
    expect(counts.reads).toBe(1);
    counts.down = false;
    clock.advance(60_000);
    expect(await take(carrying({ ups: { a: 'VIP' } }))).toBe(true);
    expect(await names()).toEqual(['ups/a: VIP']);
  });

  test('never fill the book: more than there can be audiences are left', async () => {
    const { seen, take, names } = world();
    const flood = carrying({
      x: Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`i${i}`, `n${i}`])),
    });
    expect(seen.see([flood])).toBe(true);
    for (let i = 0; i < 300 && (await take()); i++);
    expect((await names()).length).toBe(5_000);
  });
});
