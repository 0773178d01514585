import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { Pipeline } from '../../shared/core/ports.js';
import { createReplay } from '../../shared/pipeline/replay.js';
import { encodeClaim, encodeKept } from '../../shared/stores/kept-codec.js';
import { toText } from '../../shared/stores/kept-text.js';
import { NOW, noise, sample } from '../stores/kept-samples.js';
import { fakeClock, silent } from '../support/fakes.js';
import { arrivals, profile, SOURCE, site } from './kept-replay-site.js';
import { seen, sorted } from './kept-steps.js';
import type { KeptStage } from './kept-subject.js';

/** What becomes of messages that are not ours, damaged, or can be kept nowhere. */
export function withoutTrust(staged: () => KeptStage): void {
  const claim = `parked/2026-09-21/${'0'.repeat(64)}-gone`;
  const poison: readonly [string, Uint8Array][] = [
    ['text', Buffer.from('{"crmid":"C-1"}')],
    ['binary', noise(300)],
    ['a newer version', Buffer.from(toText(Buffer.from('TKM\x02\x00whatever')))],
    ['a cut message', Buffer.from(toText(encodeKept(sample()).subarray(0, 30)))],
    ['a claim on nothing', Buffer.from(toText(encodeClaim(claim, NOW)))],
  ];

  test('what is not ours, damaged or of a newer version is buried with its bytes, and stops nobody', async () => {
    const { crm, replay, parking, letters, clock } = site(staged());
    await parking.park([sample({}, { body: Buffer.from(JSON.stringify(profile('Ada', 10))) })]);
    clock.advance(60_000);
    const all = arrivals([...poison.map(([, body]) => body), ...(await staged().arrive())]);
    expect(await replay(all, {})).toEqual(new Map());
    expect(crm.rows.get('Contact/C-1')).toMatchObject({ Name: 'Ada' });
    const buried = await seen(letters);
    expect(new Set(buried.map(({ message: { body } }) => body))).toEqual(
      new Set(poison.map(([, body]) => ({ hex: Buffer.from(body).toString('hex') }))),
    );
    for (const letter of buried) {
      expect(letter).toMatchObject({ message: { source: SOURCE, at: NOW }, at: clock.now() });
      expect(letter.fault[0]).toBe('park.format');
    }
  });

  test('what can be kept nowhere is left to the platform, by its id, and only that', async () => {
    const fault = new Fault('park.unavailable', 'no');
    const bury = async () => Promise.reject(fault);
    const { replay, parking, clock, crm } = site(staged(), { deadLetters: { bury } });
    await parking.park([sample({}, { body: Buffer.from(JSON.stringify(profile('Ada', 10))) })]);
    clock.advance(60_000);
    const left = await replay(arrivals([Buffer.from('poison'), ...(await staged().arrive())]), {});
    expect([...left]).toEqual([['q-0', fault]]);
    expect(crm.rows.get('Contact/C-1')).toMatchObject({ Name: 'Ada' });
  });

  test('what comes too early is not run, not counted, and waits for the rest', async () => {
    const { replay, parking, crm } = site(staged());
    const kept = sample({ attempts: 3 }, { body: Buffer.from(JSON.stringify(profile('Ada', 10))) });
    expect(await replay(arrivals([encodeKept(kept, NOW + 120_000)]), {})).toEqual(new Map());
    expect(crm.calls).toEqual([]);
    expect(await seen(parking)).toEqual(sorted([kept]));
  });
}

/** What becomes of the others when one crashes, and what the pipeline is told. */
export function withCrashes(staged: () => KeptStage): void {
  test('one that crashes the program is left; the others are run by themselves', async () => {
    const seenIds: string[][] = [];
    const pipeline: Pipeline = {
      run: async (messages) => {
        seenIds.push(messages.map(({ id }) => id));
        if (messages.some(({ id }) => id === 'bomb')) throw new TypeError('ada@example.com');
        return messages.map(({ id }) => ({ id, settled: true, endings: [] }));
      },
    };
    const logged: string[] = [];
    const { parking, letters } = staged().open({ clock: fakeClock() });
    const log = {
      write: (_: string, event: string, fields: object) => logged.push(event + JSON.stringify(fields)),
    };
    const replay = createReplay({
      pipeline,
      parking,
      source: SOURCE,
      deadLetters: letters,
      clock: fakeClock(),
      log,
    });
    const bodies = ['a', 'bomb', 'c'].map((id, i) => encodeKept(sample({}, { id, at: NOW + i }), 0));
    expect([...(await replay(arrivals(bodies), {})).keys()]).toEqual(['q-1']);
    expect(seenIds).toEqual([['a', 'bomb', 'c'], ['a'], ['bomb'], ['c']]);
    expect(logged.join()).toContain('replay.crashed');
    expect(logged.join()).not.toContain('ada@example.com');
  });

  test('oldest first, with what is known of their past, and nobody to hold for', async () => {
    const runs: unknown[] = [];
    const pipeline: Pipeline = {
      run: async (messages, options) => {
        runs.push(
          messages.map(({ id, record, attempts, firstSeen }) => ({ id, record, attempts, firstSeen })),
        );
        runs.push(options);
        return messages.map(({ id }) => ({ id, settled: false, endings: [] }));
      },
    };
    const { parking, letters } = staged().open({ clock: fakeClock() });
    const replay = createReplay({
      pipeline,
      parking,
      source: SOURCE,
      deadLetters: letters,
      clock: fakeClock(),
      log: silent,
    });
    const late: KeptMessage = sample({ attempts: 5, firstSeen: 1 }, { id: 'late', at: NOW });
    const early = sample({ record: 4 }, { id: 'early', at: NOW - 9_000 });
    const bodies = [late, early].map((kept) => encodeKept(kept, 0));
    expect((await replay(arrivals(bodies), { deadline: 77 })).size).toBe(2);
    expect(runs).toEqual([
      [
        { id: 'early', record: 4, attempts: 1, firstSeen: NOW },
        { id: 'late', record: 0, attempts: 5, firstSeen: 1 },
      ],
      { redelivers: false, deadline: 77 },
    ]);
  });
}
