import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeptMessage, Parked } from '../../shared/core/kept.js';
import { encodeKept } from '../../shared/stores/kept-codec.js';
import { keptHash } from '../../shared/stores/kept-name.js';
import { anyKept, NOW, noise, plain, sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { dropping, each, seen, sorted, visits } from './kept-steps.js';
import type { KeptPlaces, KeptStage, KeptSubject } from './kept-subject.js';

async function opened({ parking }: KeptPlaces, bodies: readonly Uint8Array[]): Promise<Parked[]> {
  const results = await Promise.all(bodies.map((body) => parking.open(body)));
  return results.map((result) => {
    if (!result.ok) throw result.fault;
    return result.value;
  });
}

const names = async (stage: KeptStage): Promise<string[]> => {
  const all: string[] = [];
  for await (const { name } of stage.objects().list('')) all.push(name);
  return all;
};

/** A message whose bytes, packed, are exactly so many. */
function weighing(bytes: number): KeptMessage {
  for (let length = bytes, turn = 0; turn < 9; turn++) {
    const kept = sample({}, { id: 'weighed', body: noise(length) });
    const excess = encodeKept(kept, NOW + 60_000).length - bytes;
    if (excess === 0) return kept;
    length -= excess;
  }
  throw new Error('no such message');
}

function everywhere({ remote }: KeptSubject, staged: () => KeptStage): void {
  test('any message comes back as it was, in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyKept, { maxLength: 4, selector: keptHash }), async (all) => {
        const places = staged().open({ clock: fakeClock() });
        await places.parking.park(all);
        const parked = await opened(places, await staged().arrive());
        expect(sorted(parked.map(({ kept }) => kept))).toEqual(sorted(all));
      }),
      { numRuns: remote ? 20 : 200 },
    );
  });

  test('more than a call takes, by number and by weight, all arrive', async () => {
    const places = staged().open({ clock: fakeClock() });
    const all = Array.from({ length: 35 }, (_, i) =>
      sample({ record: i }, { body: noise(i % 7 === 0 ? 34_000 : 900) }),
    );
    await places.parking.park(all);
    expect(sorted((await opened(places, await staged().arrive())).map(({ kept }) => kept))).toEqual(
      sorted(all),
    );
    await places.parking.park([]);
    expect(await staged().arrive()).toEqual([]);
  });

  test('a visit shows what waits, and what was looked at is still there', async () => {
    const { parking } = staged().open({ clock: fakeClock() });
    const all = Array.from({ length: 12 }, () => sample());
    await parking.park(all);
    for (let i = 0; i < 2; i++) expect(await seen(parking)).toEqual(sorted(all));
    expect(await parking.total()).toBe(12);
    const [first] = await visits(parking);
    await dropping(parking, ({ ref }) => ref === first?.ref);
    expect((await visits(parking)).map(({ ref }) => ref)).not.toContain(first?.ref);
    expect(await parking.total()).toBe(11);
  });
}

function claims({ remote }: KeptSubject, staged: () => KeptStage): void {
  const maxBytes = remote?.maxBytes ?? 0;

  test('a message that just fits lies in the queue, one that is a byte longer beside it', async () => {
    const places = staged().open({ clock: fakeClock(), random: () => 1 });
    await places.parking.park([weighing(maxBytes)]);
    expect(await names(staged())).toEqual([]);
    await places.parking.park([weighing(maxBytes + 1)]);
    const [name, ...more] = await names(staged());
    expect(more).toEqual([]);
    expect(name).toMatch(/^parked\/2026-09-21\/[0-9a-f]{64}-[\w-]+$/);
    const parked = await opened(places, await staged().arrive());
    expect(parked.map(({ claim }) => claim).sort()).toEqual([name, undefined].sort());
    for (const item of parked) await places.parking.forget(item);
    expect(await names(staged())).toEqual([]);
  });

  test('parked again before the first is forgotten, each has bytes of its own', async () => {
    const places = staged().open({ clock: fakeClock() });
    const long = sample({}, { body: noise(400_000) });
    await places.parking.park([long]);
    const [first] = await opened(places, await staged().arrive());
    await places.parking.park([{ ...long, attempts: 2 }]);
    if (first) await places.parking.forget(first);
    const [second] = await opened(places, await staged().arrive());
    expect(second && plain(second.kept)).toEqual(plain({ ...long, attempts: 2 }));
  });

  test('put back to wait on, it keeps its bytes; dropped by a visitor, it does not', async () => {
    const places = staged().open({ clock: fakeClock() });
    await places.parking.park([sample({}, { body: noise(400_000) })]);
    const before = await names(staged());
    await places.parking.postpone(await opened(places, await staged().arrive()));
    expect(await names(staged())).toEqual(before);
    expect(await dropping(places.parking)).toMatchObject([{ found: { ok: true } }]);
    expect(await names(staged())).toEqual([]);
    expect(await staged().arrive()).toEqual([]);
  });
}

function waiting({ remote }: KeptSubject, staged: () => KeptStage): void {
  const most = remote?.maxDelaySeconds ?? 0;

  test('waits grow with the attempts, and no longer than the queue can', async () => {
    const { parking } = staged().open({ clock: fakeClock(), random: () => 1 });
    for (const attempts of [1, 2, 5, 30]) await parking.park([sample({ attempts })]);
    expect(staged().delays()).toEqual([60, 120, 960, 43_200].map((seconds) => Math.min(most, seconds)));
  });

  test('the wait the target asked for is kept, by turns when it is too long', async () => {
    const clock = fakeClock();
    const places = staged().open({ clock, random: () => 0 });
    const afterMs = 3_000 * most + 450_000;
    await places.parking.park([sample({ afterMs })]);
    let turns = 1;
    for (; ; turns++) {
      const [parked] = await opened(places, await staged().arrive());
      expect(parked?.due).toBe(NOW + afterMs);
      clock.advance(1_000 * (staged().delays().at(-1) ?? 0));
      if (!parked || clock.now() >= parked.due) break;
      await places.parking.postpone([parked]);
    }
    expect(clock.now()).toBe(NOW + afterMs);
    expect(turns).toBe(4);
    expect(staged().delays()).toEqual([most, most, most, 450]);
  });

  test('nobody is handed what is not due, but it is counted', async () => {
    const { parking } = staged().open({ clock: fakeClock(), delays: 'real' });
    await parking.park([sample(), sample()]);
    expect(await staged().arrive()).toEqual([]);
    expect(await visits(parking)).toEqual([]);
    expect(await parking.total()).toBe(2);
  });

  test('what one visitor holds no other is shown, and it is free once the visit ends, however it ends', async () => {
    const { parking } = staged().open({ clock: fakeClock() });
    await parking.park([sample(), sample(), sample()]);
    for await (const _ of each(parking)) {
      expect(await visits(parking)).toEqual([]);
      break;
    }
    expect(await visits(parking)).toHaveLength(3);
    await expect(async () => {
      for await (const { ref } of each(parking)) throw new Error(ref);
    }).rejects.toThrow();
    expect(await visits(parking)).toHaveLength(3);
  });

  test('a message of somebody else is shown for what it is, and can be dropped', async () => {
    const { parking } = staged().open({ clock: fakeClock() });
    await staged().smuggle(Buffer.from('{"not":"ours"}'));
    const [alien] = await dropping(parking);
    expect(alien?.found).toMatchObject({ ok: false, fault: { code: 'park.format' } });
    expect(await parking.total()).toBe(0);
    await expect(alien?.drop()).rejects.toThrow('while the visit lasts');
  });
}

/** What the retry queue promises. */
export function keptParking(subject: KeptSubject, staged: () => KeptStage): void {
  everywhere(subject, staged);
  if (!subject.remote) return;
  describe('beyond the limit of the queue', () => claims(subject, staged));
  describe('waiting', () => waiting(subject, staged));
}
