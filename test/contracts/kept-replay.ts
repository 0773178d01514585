import { expect, test } from 'vitest';
import { NOW, sample } from '../stores/kept-samples.js';
import { busy, profile, run, site } from './kept-replay-site.js';
import { withCrashes, withoutTrust } from './kept-replay-trust.js';
import { seen } from './kept-steps.js';
import type { KeptStage, KeptSubject } from './kept-subject.js';

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

/** What the consumer of the retry queue promises, on these places. */
export function keptReplay(_: KeptSubject, staged: () => KeptStage): void {
  withPipeline(staged);
  withoutTrust(staged);
  withCrashes(staged);
}
