import { describe, expect, test } from 'vitest';
import type { Clock } from '../../shared/core/ports.js';
import { personKey } from '../../shared/stores/person-key.js';
import { marked } from '../stores/states.js';
import { fakeClock } from '../support/fakes.js';
import { storeNetwork } from './store-network.js';
import { foundOf, markOf, put, somebody, words } from './store-steps.js';
import type { Interference, StoreGround } from './store-subject.js';
import { both, sum, UNAVAILABLE, watchedClock } from './store-watch.js';

/** Interferes with the first requests and lets the rest pass. */
const first =
  (...what: Interference[]) =>
  (_: string, index: number): Interference =>
    what[index] ?? 'none';

function throttling(started: () => StoreGround): void {
  test.each<Interference>(['throttled', 'unavailable'])(
    'a moment of it (%s) is waited out with full jitter',
    async (what) => {
      const clock = watchedClock();
      const interfere = first(what, what, what);
      const id = somebody();
      await put(started().open({ clock, interfere, random: () => 0.5 }), id, 'at last');
      expect(clock.sleeps).toEqual([25, 50, 100]);
      expect(await markOf(started().open({ clock, interfere, random: () => 0.2 }), id)).toBe('at last');
      expect(clock.sleeps.slice(3)).toEqual([10, 20, 40]);
    },
  );

  test('when it lasts, the call ends in a fault within five seconds', async () => {
    for (const random of [() => 0.1, () => 0.999_999]) {
      const clock = watchedClock();
      const store = started().open({ clock, random, interfere: () => 'throttled' });
      for (const [, call] of both(store)) {
        clock.sleeps.length = 0;
        await expect(call()).rejects.toMatchObject(UNAVAILABLE);
        expect(sum(clock.sleeps)).toBeGreaterThan(3_900);
        expect(sum(clock.sleeps)).toBeLessThan(5_000);
        expect(Math.max(...clock.sleeps)).toBeLessThanOrEqual(1_000);
      }
    }
  });

  test('it ends a second after the deadline of the invocation at the latest', async () => {
    const clock = watchedClock();
    const store = started().open({ clock, random: () => 0.5, interfere: () => 'throttled' });
    for (const before of [400, 0, -60_000]) {
      for (const [, call] of both(store, clock.now() + before)) {
        clock.sleeps.length = 0;
        const end = clock.now() + Math.max(0, before) + 1_000;
        await expect(call()).rejects.toMatchObject(UNAVAILABLE);
        expect(clock.sleeps.length).toBeGreaterThan(2);
        expect(clock.now()).toBeLessThan(end);
      }
    }
  });

  test('one person who is throttled does not fail the others', async () => {
    const [cold, hot, mild] = [somebody(), somebody(), somebody()];
    const interfere = (about: string) => (about.includes(personKey(hot)) ? 'throttled' : 'none');
    const store = started().open({ clock: watchedClock(), interfere });
    const writes = [cold, hot, mild].map((id) => ({ id, state: marked(id), expected: undefined }));
    const answers = await store.write(writes);
    expect(words(answers)).toEqual(['ok', 'refused', 'ok']);
    expect(answers[1]).toMatchObject({ fault: UNAVAILABLE });
    const other = started().open({ clock: fakeClock() });
    expect([...(await other.read([cold, hot, mild])).keys()].sort()).toEqual([cold, mild].sort());
  });

  test('once a call has given up it asks no more: hundreds of writes do not each wait', async () => {
    const clock = watchedClock();
    let requests = 0;
    const interfere = (): Interference => {
      requests++;
      return 'throttled';
    };
    const store = started().open({ clock, random: () => 0.5, interfere });
    const writes = Array.from({ length: 400 }, () => ({
      id: somebody(),
      state: marked('x'),
      expected: undefined,
    }));
    const begun = clock.now();
    await expect(store.write(writes)).rejects.toMatchObject(UNAVAILABLE);
    expect(requests).toBeLessThan(1_000);
    expect(clock.now() - begun).toBeLessThan(60_000);
  });

  test('a caller who ends the invocation is not kept waiting', async () => {
    const ended = new AbortController();
    const clock: Clock = {
      now: () => 1_790_000_000_000,
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          ended.abort();
        }),
    };
    const store = started().open({ clock, interfere: () => 'throttled' });
    await expect(store.read([somebody()], ended.signal)).rejects.toMatchObject(UNAVAILABLE);
  });
}

function lostAnswers(started: () => StoreGround): void {
  test("a write whose answer got lost is known for one's own when it is made again", async () => {
    const id = somebody();
    const losing = () => started().open({ clock: fakeClock(), interfere: first('lost') });
    const created = await put(losing(), id, 'created');
    const replaced = await put(losing(), id, 'replaced', created);
    expect(await markOf(losing(), id)).toBe('replaced');
    await put(started().open({ clock: fakeClock() }), id, 'next', replaced);
  });

  test('if somebody else was faster than the second try, it is a conflict', async () => {
    const id = somebody();
    const other = started().open({ clock: fakeClock() });
    const version = await put(other, id, 'before');
    const store = started().open({ clock: fakeClock(), interfere: first('unavailable') });
    const late = store.write([{ id, state: marked('late'), expected: version }]);
    const [[answer], fast] = await Promise.all([
      late,
      other.write([{ id, state: marked('fast'), expected: version }]),
    ]);
    expect([...words(answer ? [answer] : []), ...words(fast)].sort()).toEqual(['conflict', 'ok']);
  });
}

function strangers(started: () => StoreGround): void {
  test('one person whose state cannot be read does not fail the others', async () => {
    const [sound, spoilt] = [somebody(), somebody()];
    const store = started().open({ clock: fakeClock() });
    await put(store, sound, 'sound');
    await started().spoil?.(spoilt);
    const states = await store.read([spoilt, sound, somebody()]);
    expect([...states.keys()].sort()).toEqual([sound, spoilt].sort());
    expect(states.get(spoilt)).toMatchObject({
      ok: false,
      fault: { code: 'store.format', retryable: false },
    });
    expect(foundOf(states, sound)?.state).toEqual(marked('sound'));
  });
}

/** What a store does when its service is throttled, silent or gone. */
export function storeTrouble(started: () => StoreGround): void {
  describe('throttling', () => throttling(started));
  describe('what somebody else has put there', () => strangers(started));
  describe('lost answers', () => lostAnswers(started));
  describe('network', () => storeNetwork(started));
}
