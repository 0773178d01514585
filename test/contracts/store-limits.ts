import { describe, expect, test } from 'vitest';
import type { StateStore } from '../../shared/core/ports.js';
import { marked, personWith, weighing } from '../stores/states.js';
import { fakeClock } from '../support/fakes.js';
import { digest, foundOf, markOf, put, somebody, words } from './store-steps.js';
import type { StoreGround, StoreSubject } from './store-subject.js';

const DAY_MS = 86_400_000;
const LONG = 'x'.repeat(2_048);

/** Pairs and groups that careless keys would confuse, refuse or cut. */
const HOSTILE = [
  ...[
    '/',
    '\\',
    '#',
    '?',
    '%',
    '%2F',
    '+',
    '&',
    "'",
    "''",
    '"',
    '`',
    '|',
    ';',
    ',',
    '.',
    '..',
    '$',
    '*',
    '=',
    '<',
    '>',
  ],
  ...Array.from({ length: 0x20 }, (_, i) => `control ${String.fromCharCode(i)}`),
  ...Array.from({ length: 0x21 }, (_, i) => `control ${String.fromCharCode(0x7f + i)}`),
  ...['case', 'CASE', 'Case', 'stra\u00dfe', 'strasse', '\u0130', 'i', 'I', '\u0131'],
  ...['caf\u00e9', 'cafe\u0301', '\u212b', '\u00c5', 'A\u030a'],
  ...['\ud800', '\udfff', '\ufffd', '\ud83d\ude00', '\u202etxt', '\ufeff', '\u200b', ''],
  ...['', ' ', '  ', 'end', 'end ', ' end', 'end\n', 'end\t', 'a/b', 'a\\b', 'a%2Fb', 'a%5Cb', 'a b', 'a+b'],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', '0', '00', '1e3', '-0'],
  ...[LONG, `${LONG}y`, `${LONG}z`, `y${LONG}`, '\u20ac'.repeat(2_048)],
].map((id, i, all) => (all.indexOf(id) === i ? id : `${id} ${i}`));

function ids(open: () => StateStore): void {
  test('any id is its own: no character, case, form or length is lost', async () => {
    const store = open();
    const writes = HOSTILE.map((id, i) => ({ id, state: marked(`mark ${i}`), expected: undefined }));
    expect(words(await store.write(writes))).toEqual(HOSTILE.map(() => 'ok'));
    const states = await store.read(HOSTILE);
    expect([...states.keys()].sort()).toEqual([...HOSTILE].sort());
    HOSTILE.forEach((id, i) => {
      expect([id, foundOf(states, id)?.state.values.get('mark')?.value]).toEqual([id, `mark ${i}`]);
    });
  });
}

function expiry(started: () => StoreGround): void {
  const ttlDays = 10;

  test('who has not been written of for the time to live is forgotten at that moment', async () => {
    const clock = fakeClock();
    const store = started().open({ clock, ttlDays });
    const id = somebody();
    await put(store, id, 'kept');
    clock.advance(ttlDays * DAY_MS - 1_000);
    expect(await markOf(store, id)).toBe('kept');
    clock.advance(2_000);
    expect((await store.read([id])).size).toBe(0);
  });

  test('each write begins the time anew', async () => {
    const clock = fakeClock();
    const store = started().open({ clock, ttlDays });
    const id = somebody();
    let version = await put(store, id, 'first');
    for (let i = 0; i < 3; i++) {
      clock.advance((ttlDays - 1) * DAY_MS);
      version = await put(store, id, `again ${i}`, version);
    }
    expect(await markOf(store, id)).toBe('again 2');
  });

  test('a write may have a time to live of its own, shorter or longer', async () => {
    const clock = fakeClock();
    const store = started().open({ clock, ttlDays });
    const [short, long] = [somebody(), somebody()];
    const write = (id: string, days: number) => ({
      id,
      state: marked(id),
      expected: undefined,
      ttlDays: days,
    });
    expect(words(await store.write([write(short, 1), write(long, 20)]))).toEqual(['ok', 'ok']);
    clock.advance(DAY_MS + 2_000);
    expect([...(await store.read([short, long])).keys()]).toEqual([long]);
    clock.advance(18 * DAY_MS);
    expect([...(await store.read([short, long])).keys()]).toEqual([long]);
    clock.advance(2 * DAY_MS);
    expect((await store.read([short, long])).size).toBe(0);
  });

  test('who was forgotten counts as unknown, and of many who write first one wins', async () => {
    const clock = fakeClock();
    const stores = [started().open({ clock, ttlDays }), started().open({ clock, ttlDays })];
    const id = somebody();
    const [store = started().open({ clock })] = stores;
    await put(store, id, 'long ago');
    clock.advance((ttlDays + 1) * DAY_MS);
    const tries = Array.from({ length: 20 }, (_, i) =>
      stores[i % 2]?.write([{ id, state: marked(`new ${i}`), expected: undefined }]),
    );
    const answers = (await Promise.all(tries)).flatMap((one) => one ?? []);
    expect(words(answers).filter((word) => word === 'ok')).toHaveLength(1);
    expect(await markOf(store, id)).toBe(`new ${words(answers).indexOf('ok')}`);
  });
}

function sizes(room: number | undefined, open: () => StateStore): void {
  test('2,000 audiences and 10 connections come back whole', async () => {
    const store = open();
    const life = { audiences: 2_000, audienceLength: 36, connections: 10, fields: 15, keyLength: 2_000 };
    const state = personWith(life);
    const id = somebody();
    expect(words(await store.write([{ id, state, expected: undefined }]))).toEqual(['ok']);
    expect(digest(foundOf(await store.read([id]), id)?.state)).toBe(digest(state));
  });

  test('a state may grow and shrink again', async () => {
    const store = open();
    const id = somebody();
    const big = weighing((room ?? 1_000_000) * 0.99);
    const first = await put(store, id, 'small');
    const [grown] = await store.write([{ id, state: big, expected: first }]);
    expect(grown).toMatchObject({ ok: true });
    expect(digest(foundOf(await store.read([id]), id)?.state)).toBe(digest(big));
    await put(store, id, 'small again', grown?.ok ? grown.version : 'refused');
    expect(foundOf(await store.read([id]), id)?.state).toEqual(marked('small again'));
  });

  if (room === undefined) return;
  test('a state there is no room for is refused alone, with its size, and what was there stays', async () => {
    const store = open();
    const [before, fat, after] = [somebody(), somebody(), somebody()];
    const version = await put(store, fat, 'fits');
    const answers = await store.write([
      { id: before, state: marked('before'), expected: undefined },
      { id: fat, state: weighing(room * 1.01), expected: version },
      { id: after, state: marked('after'), expected: undefined },
    ]);
    expect(words(answers)).toEqual(['ok', 'refused', 'ok']);
    expect(answers[1]).toMatchObject({ fault: { code: 'store.too-large', retryable: false } });
    expect(answers[1]).toMatchObject({ fault: { message: expect.stringContaining(`takes ${room}`) } });
    expect(await markOf(store, fat)).toBe('fits');
  });
}

/** What a store must take, keep apart, refuse and forget. */
export function storeLimits(subject: StoreSubject, started: () => StoreGround): void {
  const open = (): StateStore => started().open({ clock: fakeClock() });
  describe('ids', () => ids(open));
  describe('time to live', () => expiry(started));
  describe('sizes', () => sizes(subject.room, open));

  test('many under one signal are no leak of listeners, and nobody is warned of one', async () => {
    const warned: string[] = [];
    const hear = ({ name }: Error): number => warned.push(name);
    process.on('warning', hear);
    const { signal } = new AbortController();
    const ids = Array.from({ length: 40 }, () => somebody());
    await open().write(
      ids.map((id) => ({ id, state: marked('x'), expected: undefined })),
      signal,
    );
    await open().read(ids, signal);
    process.off('warning', hear);
    expect(warned).not.toContain('MaxListenersExceededWarning');
  });

  test('a call whose invocation has ended does nothing but say so', async () => {
    const store = open();
    const id = somebody();
    const gone = AbortSignal.abort();
    const fault = { name: 'Fault', code: 'store.unavailable' };
    await expect(store.read([id], gone)).rejects.toMatchObject(fault);
    await expect(
      store.write([{ id, state: marked('late'), expected: undefined }], gone),
    ).rejects.toMatchObject(fault);
    expect((await store.read([id])).size).toBe(0);
  });
}
