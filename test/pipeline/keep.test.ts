import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot',
      when: { member: 'hot' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' } } }],
    },
  ],
});

test('a record whose patience runs out while it is being parked is parked, and nothing else', async () => {
  const fault = new Fault('remote.row-busy', 'locked');
  const deps = fakeDeps(rules, fakeCrm({ answer: () => ({ kind: 'retry', scope: 'row', fault }) }));
  const slow = {
    async park(items: Parameters<typeof deps.parking.park>[0]) {
      await deps.parking.park(items);
      deps.clock.advance(60_000);
    },
  };
  const patience = { attempts: 20, ms: 60_000 };
  const body = {
    identityMap: { crmid: [{ id: 'C-1' }] },
    segmentMembership: {
      ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-11-01T10:00:20Z' } },
    },
  };
  const again = { ...message('1', body), attempts: 1, firstSeen: deps.clock.now() - 30_000 };
  const settlements = await createPipeline({ ...deps, parking: slow, patience }).run([again], {
    redelivers: false,
  });
  expect(settlements.flatMap(({ endings }) => endings.map(({ name }) => name))).toEqual(['parked']);
  expect([deps.parking.all().length, deps.deadLetters.all().length]).toEqual([1, 0]);
});
