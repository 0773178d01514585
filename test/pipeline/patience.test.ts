import { beforeEach, expect, test } from 'vitest';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { both, busy, down, people, rules, salesOnly, silence, type World, world } from './hold-world.js';
import { timeline } from './timeline.js';

let w: World;
beforeEach(() => {
  w = world();
});

const row = (afterMs: number) => ({ ...busy, afterMs });

test('a connection that is down outweighs a row that is locked, whichever was first', async () => {
  w.says = () => busy;
  w.mailSays = () => down();
  expect(await w.run([both('C-1')])).toEqual(['held']);
  w = world();
  w.says = () => down();
  w.mailSays = () => busy;
  expect(await w.run([both('C-1')])).toEqual(['held']);
  expect(w.parked()).toEqual([]);
});

test('of two failures alike the first is the reason', async () => {
  w.says = () => busy;
  w.mailSays = () => busy;
  await w.run([both('C-1')]);
  expect(w.deps.observer.totals().connections).toMatchObject({ sales: { parked: 1 } });
});

test('the wait that a target asked for goes into the retry queue with the record', async () => {
  w.says = () => down(300_000);
  expect(await w.run([salesOnly('C-1')], { redelivers: false })).toEqual(['parked']);
  w.says = () => row(90_000);
  w.deps.clock.advance(400_000);
  expect(await w.run([salesOnly('C-2')])).toEqual(['parked']);
  expect(w.parked().map(({ afterMs, attempts }) => [afterMs, attempts])).toEqual([
    [300_000, 1],
    [90_000, 1],
  ]);
});

test('a record is tried as often as patience allows, and a dead letter then', async () => {
  w.says = () => busy;
  const tried = (attempts: number) => ({ ...salesOnly('C-1'), attempts, firstSeen: w.deps.clock.now() });
  expect(await w.run([tried(18)])).toEqual(['parked']);
  expect(w.parked()).toMatchObject([{ attempts: 19 }]);
  expect(await w.run([tried(19)])).toEqual(['rejected']);
  expect(w.deps.deadLetters.all()).toMatchObject([{ attempts: 20, fault: { code: 'park.exhausted' } }]);
  expect(w.deps.deadLetters.all()[0]?.fault.message).toContain('tried 20 times in vain');
});

test('when it was kept for the first time is not forgotten', async () => {
  w.says = () => busy;
  const firstSeen = w.deps.clock.now() - 86_400_000;
  await w.run([{ ...salesOnly('C-1'), attempts: 3, firstSeen }]);
  expect(w.parked()).toMatchObject([{ attempts: 4, firstSeen }]);
});

test('a locked row is tried again after the wait it asks for; other rows need not wait for it', async () => {
  w = world({ maxRows: 1, more: { clock: timeline(), tuning: { parallelCalls: 1 } } });
  const at = new Map<unknown, number[]>();
  w.says = ({ key }) => {
    at.set(key['Id'], [...(at.get(key['Id']) ?? []), w.deps.clock.now()]);
    return key['Id'] === 'C-0' && (at.get('C-0')?.length ?? 0) < 2 ? row(7_000) : undefined;
  };
  expect(await w.run(people(1))).toEqual(['delivered']);
  const [first = 0, second = 0] = at.get('C-0') ?? [];
  expect(second - first).toBe(7_000);
});

test('a locked row holds up no other request of its connection', async () => {
  w = world({ maxRows: 1, more: { clock: timeline(), tuning: { parallelCalls: 2 } } });
  const begun = w.deps.clock.now();
  let last = 0;
  w.says = ({ key }) => {
    if (key['Id'] === 'C-0') return row(9_000);
    last = w.deps.clock.now();
    return undefined;
  };
  await w.run(people(12));
  expect(last - begun).toBeLessThan(9_000);
});

test('no wait of more than ten seconds is sat out, however long the invocation lasts', async () => {
  w.says = () => down(10_001);
  const begun = w.deps.clock.now();
  expect(await w.run([salesOnly('C-1')], { deadline: begun + 600_000 })).toEqual(['held']);
  expect([w.sales.calls.length, w.deps.clock.now() - begun < 10_000]).toEqual([1, true]);
});

test('a wait that ends after the last moment for a request is not sat out', async () => {
  const begun = w.deps.clock.now();
  w.says = () => row(9_000);
  // Of 16 s the first half may begin requests.
  expect(await w.run([salesOnly('C-1')], { deadline: begun + 16_000 })).toEqual(['parked']);
  expect([w.sales.calls.length, w.deps.clock.now() - begun < 9_000]).toEqual([1, true]);
});

test('an invocation that is shorter than a request may take still begins one', async () => {
  expect(await w.run([salesOnly('C-1')], { deadline: w.deps.clock.now() + 60_000 })).toEqual(['delivered']);
});

test('who loses the race for a state after sending sends again what the other one knew better', async () => {
  const crm = fakeCrm();
  const tuning = { leaseMs: 1_000, callMs: 100 };
  const deps = fakeDeps(rules, crm, { tuning });
  const other = createPipeline({ ...deps, newId: () => 'another run' });
  let overtaken = false;
  const slow = {
    ...crm,
    async send(...args: Parameters<typeof crm.send>) {
      if (overtaken) return crm.send(...args);
      overtaken = true;
      deps.clock.advance(1_500); // the lease runs out
      await other.run([salesOnly('C-1', 9)], { redelivers: true });
      return crm.send(...args);
    },
  };
  const pipeline = createPipeline({ ...deps, connectors: new Map([['sales', slow]]) });
  await pipeline.run([salesOnly('C-1', 2)], { redelivers: true });
  expect(crm.calls.flat().map(({ fields }) => fields['Points'])).toEqual([9, 2, 9]);
});

test('an outage in which nothing answers at all ends within the invocation', async () => {
  w = world({ more: { clock: timeline() } });
  w.says = () => {
    w.deps.clock.advance(30_000);
    return silence;
  };
  const begun = w.deps.clock.now();
  await w.run([salesOnly('C-1')], { deadline: begun + 240_000 });
  expect(w.deps.clock.now() - begun).toBeLessThan(240_000);
});
