import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage, Observer, Outcome, Pipeline } from '../../shared/core/ports.js';
import { type Arrival, createReplay } from '../../shared/pipeline/replay.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { encodeClaim, encodeKept } from '../../shared/stores/kept-codec.js';
import { toText } from '../../shared/stores/kept-text.js';
import { NOW, noise, sample } from '../stores/kept-samples.js';
import { fakeClock, fakeCrm, fakeDeps, message, rulesOf, silent } from '../support/fakes.js';
import { seen, sorted } from './kept-steps.js';
import type { KeptStage, KeptSubject } from './kept-subject.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot',
      when: { member: 'hot' },
      do: [
        {
          upsert: 'sales/Contact',
          match: { AEP_Id__c: '$key' },
          set: { Name: 'person.name', Hot: { member: 'hot' } },
        },
      ],
    },
  ],
});

const profile = (name: string, second: number, status = 'realized') => ({
  identityMap: { CRMID: [{ id: 'C-1' }] },
  person: { name },
  segmentMembership: {
    ups: { 'hot-1': { status, lastQualificationTime: `2026-09-01T10:00:${second}Z` } },
  },
});

const SOURCE = 'queue:parked';

const arrivals = (bodies: readonly Uint8Array[]): Arrival[] =>
  bodies.map((body, i) => ({ id: `q-${i}`, body, at: NOW }));

const busy: Outcome = {
  kind: 'retry',
  scope: 'row',
  fault: new Fault('remote.row-busy', 'the row is locked'),
};

/** A pipeline on real places, and its consumer of the retry queue. */
function site(staged: KeptStage, more: Partial<PipelineDeps> = {}, answer?: () => Outcome | undefined) {
  const crm = fakeCrm(answer ? { answer } : {});
  const base = fakeDeps(rules, crm, { tuning: { attempts: 1 } });
  const { clock } = base;
  const { parking, letters } = staged.open({ clock, random: () => 0 });
  const endings: string[] = [];
  const observer: Observer = {
    batch: ({ settlements }) =>
      endings.push(...settlements.flatMap((one) => one.endings.map(({ name }) => name))),
    delivery: () => undefined,
  };
  const deps: PipelineDeps = { ...base, parking, deadLetters: letters, observer, ...more };
  const pipeline = createPipeline(deps);
  const replay = createReplay({
    pipeline,
    parking,
    source: SOURCE,
    deadLetters: deps.deadLetters,
    clock,
    log: silent,
  });
  /** Lets time pass, and gives everything that waits to the consumer. */
  const after = async (ms: number) => {
    clock.advance(ms);
    return replay(arrivals(await staged.arrive()), {});
  };
  return { crm, pipeline, replay, after, clock, parking, letters, endings };
}

const run = (pipeline: Pipeline, ...bodies: [string, unknown, number][]) =>
  pipeline.run(
    bodies.map(([id, body, at]) => message(id, body, at)),
    { redelivers: true },
  );

function withPipeline(staged: () => KeptStage): void {
  test('what failed alone is parked, comes back, and is delivered; nothing is left anywhere', async () => {
    let locked = true;
    const { crm, pipeline, after, parking, letters } = site(staged(), {}, () => (locked ? busy : undefined));
    const [settlement] = await run(pipeline, ['m1', profile('Ada', 10), NOW]);
    expect(settlement?.endings).toMatchObject([{ name: 'parked' }]);
    locked = false;
    expect(await after(60_000)).toEqual(new Map());
    expect(crm.rows.get('Contact/C-1')).toEqual({ Name: 'Ada', Hot: true });
    expect([await seen(parking), await seen(letters)]).toEqual([[], []]);
  });

  test('what comes back late overwrites nothing newer', async () => {
    let locked = true;
    const { crm, pipeline, after, endings } = site(staged(), {}, () => (locked ? busy : undefined));
    await run(pipeline, ['old', profile('Old', 10), NOW]);
    locked = false;
    await run(pipeline, ['new', profile('New', 20, 'exited'), NOW + 9_000]);
    const row = { Name: 'New', Hot: false };
    expect(crm.rows.get('Contact/C-1')).toEqual(row);
    const calls = crm.calls.length;
    await after(60_000);
    expect(endings).toEqual(['parked', 'delivered', expect.stringMatching(/^(stale|unchanged)$/)]);
    expect([crm.rows.get('Contact/C-1'), crm.calls.length]).toEqual([row, calls]);
  });

  test('what fails again is parked again and counted, and in the end it is a dead letter with its reason', async () => {
    const patience = { attempts: 4, ms: 1e12 };
    const { pipeline, after, parking, letters } = site(staged(), { patience }, () => busy);
    await run(pipeline, ['m1', profile('Ada', 10), NOW]);
    for (let attempts = 1; attempts < 4; attempts++) {
      const [waits] = await seen(parking);
      expect(waits).toMatchObject({
        attempts,
        firstSeen: NOW,
        fault: ['remote.row-busy', expect.anything()],
      });
      expect((await after(86_400_000)).size).toBe(0);
    }
    expect(await seen(parking)).toEqual([]);
    expect(await seen(letters)).toMatchObject([
      {
        attempts: 4,
        firstSeen: NOW,
        record: 0,
        person: 'hash(crmid:C-1)',
        fault: ['park.exhausted', expect.stringContaining('remote.row-busy: the row is locked')],
      },
    ]);
  });

  test('patience also ends with time', async () => {
    const patience = { attempts: 1_000, ms: 86_400_000 };
    const { pipeline, after, letters } = site(staged(), { patience }, () => busy);
    await run(pipeline, ['m1', profile('Ada', 10), NOW]);
    await after(86_400_000);
    expect(await seen(letters)).toMatchObject([
      { attempts: 2, fault: ['park.exhausted', expect.anything()] },
    ]);
  });

  test('one record of several is meant, and only that one is run again', async () => {
    const { crm, after, parking } = site(staged());
    const body = { profiles: [profile('First', 10), { nonsense: true }, profile('Third', 20)] };
    await parking.park([sample({ record: 2 }, { body: Buffer.from(JSON.stringify(body)), id: 'batch' })]);
    await after(60_000);
    expect(crm.calls.flat().map(({ fields }) => fields['Name'])).toEqual(['Third']);
  });

  test('a record that its message no longer has does not vanish', async () => {
    const { after, parking, letters } = site(staged());
    await parking.park([sample({ record: 7 }, { id: 'cut differently' })]);
    expect((await after(60_000)).size).toBe(0);
    expect(await seen(letters)).toMatchObject([{ record: 7, fault: ['decode.shape', expect.anything()] }]);
  });
}

function withoutTrust(staged: () => KeptStage): void {
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

function withCrashes(staged: () => KeptStage): void {
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

/** What the consumer of the retry queue promises, on these places. */
export function keptReplay(_: KeptSubject, staged: () => KeptStage): void {
  withPipeline(staged);
  withoutTrust(staged);
  withCrashes(staged);
}
