import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { Message, StateStore } from '../../shared/core/ports.js';
import type { CallLimit } from '../../shared/core/quota.js';
import { createMeter } from '../../shared/pipeline/meter.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { fakeClock, fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const T0 = 1_790_000_000_000;
const NEVER = new AbortController().signal;

const rules = (quota: readonly CallLimit[]) =>
  rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    backfill: { days: 30 },
    consent: {
      require: 'consent',
      withdrawn: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { OptOut: { value: true } } }],
    },
    connections: { sales: { type: 'fake', quota } },
    rules: [
      {
        name: 'hot',
        when: { member: 'hot' },
        do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' } } }],
      },
    ],
  });

const export_ = (person: string, status: string, time: string, consent = 'y'): Message =>
  message(
    person,
    {
      identityMap: { crmid: [{ id: person }] },
      consent,
      segmentMembership: { ups: { 'hot-1': { status, lastQualificationTime: time } } },
    },
    T0,
  );
const NOW = new Date(T0 - 60_000).toISOString();
/** Persons who withdrew consent, which is said at once. */
const leaving = (count: number) =>
  Array.from({ length: count }, (_, i) => export_(`left${i}`, 'realized', NOW, 'n'));
const usual = (count: number) => Array.from({ length: count }, (_, i) => export_(`u${i}`, 'realized', NOW));

/** A deployment of one process, and when its calls were made. */
function world(quota: readonly CallLimit[], store: StateStore = memoryStore()) {
  const times: number[] = [];
  const crm = fakeCrm({ maxRows: 1 });
  const send: typeof crm.send = async function (this: typeof crm, actions, signal) {
    times.push(deps.clock.now());
    return crm.send(actions, signal);
  };
  const deps = { ...fakeDeps(rules(quota), { ...crm, send }), store };
  const pipeline = createPipeline(deps);
  const run = async (messages: readonly Message[], deadline = T0 + 900_000) => {
    const settlements = await pipeline.run(messages, { redelivers: true, deadline });
    return settlements.map(({ endings }) => endings[0]?.name);
  };
  return { run, times, crm, deps };
}

test('more calls than the quota allows wait, as long as the invocation lasts; none is lost', async () => {
  const { run, times, crm } = world([{ calls: 10, seconds: 5 }]);
  expect(await run(usual(45))).toEqual(Array(45).fill('delivered'));
  expect(crm.rows.size).toBe(45);
  for (const from of times)
    expect(times.filter((at) => at >= from && at < from + 5000).length).toBeLessThanOrEqual(10);
});

test('what does not fit the invocation is held, says why, and is delivered later; the breaker stays shut', async () => {
  const { run, crm, deps } = world([{ calls: 10, seconds: 86_400 }]);
  const first = await run(leaving(30));
  expect(first.filter((name) => name === 'delivered')).toHaveLength(10);
  expect(first.filter((name) => name === 'held')).toHaveLength(20);
  expect(deps.observer.totals().connections['sales']).toMatchObject({ held: 20, opened: 0 });
  deps.clock.advance(100_000_000);
  const rest = await run(leaving(30), T0 + 200_000_000);
  expect(rest.filter((name) => name === 'unchanged')).toHaveLength(10);
  expect(rest.filter((name) => name === 'delivered')).toHaveLength(10);
  expect(crm.calls).toHaveLength(20);
});

test('exits go before the rest, and history that AEP exports at first goes last', async () => {
  const { run, crm } = world([{ calls: 10, seconds: 86_400 }]);
  const left = leaving(3);
  const old = Array.from({ length: 20 }, (_, i) => export_(`old${i}`, 'realized', '2020-01-01T00:00:00Z'));
  await run([...old, ...usual(20), ...left]);
  const people = [...crm.rows.keys()].map((key) => key.replace('Contact/', '').replace(/\d+$/, ''));
  expect(people.filter((kind) => kind === 'left')).toHaveLength(3);
  expect(people.filter((kind) => kind === 'u')).toHaveLength(6);
  expect(people).not.toContain('old');
});

test('two processes of two clouds keep one limit together', async () => {
  const store = memoryStore();
  const clock = fakeClock(T0);
  const meters = [1, 2, 3].map(() =>
    createMeter('sales', [{ calls: 20, seconds: 60 }], { store, clock, random: () => 0.5 }),
  );
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => meters[i % 3]?.take('urgent', 5, NEVER, Number.POSITIVE_INFINITY)),
  );
  expect(answers.filter((leave) => leave?.ok)).toHaveLength(20);
});

test('a store that cannot say how many calls are left holds the records', async () => {
  const memory = memoryStore();
  const broken: StateStore = {
    ...memory,
    read: (ids, ...rest) =>
      ids.some((id) => id.startsWith(':quota/'))
        ? Promise.reject(new Fault('store.unavailable', 'no'))
        : memory.read(ids, ...rest),
  };
  const { run, crm } = world([{ calls: 10, seconds: 5 }], broken);
  expect(await run(usual(2))).toEqual(['held', 'held']);
  expect(crm.calls).toEqual([]);
});

test('a connection without a quota costs the store nothing more', async () => {
  const memory = memoryStore();
  const read: string[] = [];
  const store: StateStore = {
    ...memory,
    read(ids, ...rest) {
      read.push(...ids);
      return memory.read(ids, ...rest);
    },
  };
  const deps = { ...fakeDeps(rules([{ calls: 1, seconds: 1 }]), fakeCrm()), store };
  await createPipeline({ ...deps, rules: { ...deps.rules, quotas: new Map() } }).run(usual(2), {
    redelivers: true,
  });
  expect(read.filter((id) => id.startsWith(':'))).toEqual([]);
});

test('who only has too little haste leaves the stream, so that those behind can be read; that is no attempt', async () => {
  const { run, crm, deps } = world([{ calls: 10, seconds: 86_400 }]);
  const old = Array.from({ length: 20 }, (_, i) => export_(`old${i}`, 'realized', '2020-01-01T00:00:00Z'));
  const first = await run(old);
  expect(first.filter((name) => name === 'delivered')).toHaveLength(7);
  expect(first.filter((name) => name === 'parked')).toHaveLength(13);
  expect(deps.parking.all().every(({ attempts }) => attempts === 0)).toBe(true);
  expect(await run(leaving(3))).toEqual(['delivered', 'delivered', 'delivered']);
  expect(crm.rows.size).toBe(10);
});

test('no request is begun after the last safe moment because its leave was long in coming', async () => {
  const memory = memoryStore();
  const slow: StateStore = {
    ...memory,
    async read(ids, ...rest) {
      if (ids.some((id) => id.startsWith(':quota/'))) deps.clock.advance(150_000);
      return memory.read(ids, ...rest);
    },
  };
  const { run, crm, deps } = world([{ calls: 10, seconds: 5 }], slow);
  expect(await run(usual(1))).toEqual(['held']);
  expect(crm.calls).toEqual([]);
});

test('a connection has so many requests under way at once, whatever they are about', async () => {
  let [now, most] = [0, 0];
  const rulesOfSix = rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake' } },
    rules: [0, 1, 2, 3, 4, 5].map((i) => ({
      name: `r${i}`,
      when: { member: 'hot' },
      do: [{ upsert: `sales/Object${i}`, match: { Id: '$key' }, set: { Hot: { member: 'hot' } } }],
    })),
  });
  const crm = fakeCrm({ maxRows: 1 });
  const send: typeof crm.send = async (actions, signal) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return crm.send(actions, signal);
  };
  await createPipeline(fakeDeps(rulesOfSix, { ...crm, send })).run(usual(30), { redelivers: true });
  expect(most).toBeLessThanOrEqual(4);
});
