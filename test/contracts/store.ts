import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StateStore, StateWrite } from '../../shared/core/ports.js';
import { marked } from '../stores/states.js';
import { fakeClock } from '../support/fakes.js';
import { storeAudit } from './store-audit.js';
import { storeLimits } from './store-limits.js';
import { foundOf, markOf, put, somebody, words } from './store-steps.js';
import type { StoreGround, StoreSubject } from './store-subject.js';
import { storeTrouble } from './store-trouble.js';

const CONFLICT = { ok: false, reason: 'conflict' };

function readingAndWriting(open: () => StateStore): void {
  test('a write that has answered is seen by every reader', async () => {
    const [writer, reader] = [open(), open()];
    const id = somebody();
    for (let i = 0, version: string | undefined; i < 5; i++) {
      version = await put(writer, id, `state ${i}`, version);
      expect(await markOf(reader, id)).toBe(`state ${i}`);
      expect(foundOf(await reader.read([id]), id)?.version).toBe(version);
    }
  });

  test('who is not known is not in the answer; nobody asked, nobody answered', async () => {
    const store = open();
    const [known, unknown] = [somebody(), somebody()];
    await put(store, known, 'known');
    expect([...(await store.read([unknown, known, somebody()])).keys()]).toEqual([known]);
    expect((await store.read([])).size).toBe(0);
    expect(await store.write([])).toEqual([]);
  });

  test('who is asked for twice is answered once', async () => {
    const store = open();
    const id = somebody();
    await put(store, id, 'once');
    expect([...(await store.read([id, id, id])).keys()]).toEqual([id]);
  });

  test('a write that expects none is refused where there is one, and the other way round', async () => {
    const store = open();
    const id = somebody();
    const version = await put(store, id, 'first');
    const write = (expected: string | undefined, of = id) =>
      store.write([{ id: of, state: marked('second'), expected }]);
    expect(await write(undefined)).toEqual([CONFLICT]);
    expect(await write(version, somebody())).toEqual([CONFLICT]);
    expect(words(await write(version))).toEqual(['ok']);
    expect(await write(version)).toEqual([CONFLICT]);
    expect(await markOf(store, id)).toBe('second');
  });

  test('versions never come back, not even with an equal state', async () => {
    const store = open();
    const id = somebody();
    const seen = new Set<string>();
    for (let i = 0, version: string | undefined; i < 6; i++) {
      version = await put(store, id, 'same', version);
      seen.add(version);
    }
    expect(seen.size).toBe(6);
  });

  test('writes of one person in one call happen in their order', async () => {
    const store = open();
    const id = somebody();
    const writes = ['a', 'b', 'c'].map((mark) => ({ id, state: marked(mark), expected: undefined }));
    expect(words(await store.write(writes))).toEqual(['ok', 'conflict', 'conflict']);
    expect(await markOf(store, id)).toBe('a');
  });
}

function batches(open: () => StateStore): void {
  test('hundreds of writes at once: one answer each, in order, and neighbours of a conflict are written', async () => {
    const store = open();
    const ids = Array.from({ length: 330 }, () => somebody('batch'));
    const old = ids.slice(0, 220);
    const first = await store.write(
      old.map((id) => ({ id, state: marked(`old ${id}`), expected: undefined })),
    );
    const versionOf = (i: number): string | undefined => {
      const answer = first[i];
      return answer?.ok ? answer.version : undefined;
    };
    // In turn: the right version, a version of somebody else, none although there is one; the last hundred are new.
    const expectations = ids.map((_, i) => {
      if (i >= old.length || i % 3 === 2) return undefined;
      return versionOf(i % 3 === 0 ? i : i - 1);
    });
    const writes: StateWrite[] = ids.map((id, i) => ({
      id,
      state: marked(`new ${id}`),
      expected: expectations[i],
    }));
    const wanted = ids.map((_, i) => (i >= old.length || i % 3 === 0 ? 'ok' : 'conflict'));
    expect(words(await store.write(writes))).toEqual(wanted);
    const states = await store.read([...ids, ...Array.from({ length: 50 }, () => somebody())]);
    expect(states.size).toBe(ids.length);
    const marks = ids.map((id) => foundOf(states, id)?.state.values.get('mark')?.value);
    expect(marks).toEqual(ids.map((id, i) => `${wanted[i] === 'ok' ? 'new' : 'old'} ${id}`));
  });

  test('of fifty who write at once exactly one wins, round after round', async () => {
    const stores = [open(), open()];
    const id = somebody();
    let version: string | undefined;
    for (let round = 0; round < 4; round++) {
      const writers = Array.from({ length: 50 }, async (_, i) => {
        const write = { id, state: marked(`${round}/${i}`), expected: version };
        const [answer] = (await stores[i % 2]?.write([write])) ?? [];
        return answer?.ok ? [`${round}/${i}`, answer.version] : [];
      });
      const winners = (await Promise.all(writers)).filter(([mark]) => mark !== undefined);
      expect(winners).toHaveLength(1);
      version = winners[0]?.[1];
      expect(await markOf(stores[0] ?? open(), id)).toBe(winners[0]?.[0]);
    }
  });
}

/** The laws of the StateStore port; every store is run through them, and the memory is what they are written from. */
export function storeContract(subject: StoreSubject): void {
  describe(`${subject.name} store`, () => {
    let ground: StoreGround | undefined;
    beforeAll(async () => {
      ground = await subject.start();
    });
    afterAll(() => ground?.close());
    const started = (): StoreGround => {
      if (!ground) throw new Error('the service has not been started');
      return ground;
    };
    const open = (): StateStore => started().open({ clock: fakeClock() });
    readingAndWriting(open);
    batches(open);
    storeLimits(subject, started);
    storeAudit(started);
    if (subject.remote) storeTrouble(started);
  });
}
