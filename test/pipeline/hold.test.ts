import { beforeEach, expect, test } from 'vitest';
import { createPipeline } from '../../shared/pipeline/run.js';
import { rulesOf } from '../support/fakes.js';
import {
  both,
  breakSales,
  busy,
  down,
  kindsOf,
  mailOnly,
  people,
  record,
  row,
  salesOnly,
  type World,
  world,
} from './hold-world.js';
import { timeline } from './timeline.js';

let w: World;
beforeEach(() => {
  w = world();
});

test('once a connection is known to be down, the next batch is held without a call, a lease or a parked record', async () => {
  await breakSales(w);
  const [calls, writes] = [w.sales.calls.length, w.writes()];
  expect(kindsOf(await w.run(people(300)))).toEqual(['held']);
  expect([w.sales.calls.length, w.writes()]).toEqual([calls, writes]);
  expect(w.parked()).toEqual([]);
});

test('what is held says why, for whom it waits, and until when', async () => {
  await breakSales(w, 120_000);
  const [settlement] = await createHeld();
  const [ending] = settlement?.endings ?? [];
  expect(ending?.fault?.code).toBe('remote.unavailable');
  expect(ending?.fault?.message).toMatch(/^nothing is sent to "sales" .* 20\d\d-.*Z: "sales" answered 503$/);
});

async function createHeld() {
  const pipeline = createPipeline(w.deps);
  await pipeline.run([salesOnly('C-1')], { redelivers: true });
  return pipeline.run([salesOnly('C-2')], { redelivers: true });
}

test('records that a broken connection does not concern go on', async () => {
  await breakSales(w);
  const found = await w.run([salesOnly('C-1'), mailOnly('C-2'), record('3', 'C-3', 'unmapped')]);
  expect(found).toEqual(['held', 'delivered', 'irrelevant']);
  expect([...w.mail.rows.keys()]).toEqual(['Profile/C-2']);
});

test('a person of two connections gets what the healthy one can take; the record waits for the other', async () => {
  await breakSales(w);
  expect(await w.run([both('C-1')])).toEqual(['held']);
  expect([...w.mail.rows.keys()]).toEqual(['Profile/C-1']);
  w.says = undefined;
  w.deps.clock.advance(60_000);
  expect(await w.run([both('C-1')])).toEqual(['delivered']);
  expect(w.mail.calls).toHaveLength(1);
});

test('within one connection a person is served in order: what comes after a failure is not sent', async () => {
  const twice = rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake' } },
    rules: [{ name: 'r', when: { member: 'hot' }, do: [row('sales', 'Account'), row('sales', 'Contact')] }],
  });
  w = world({ more: { rules: twice } });
  w.says = ({ object }) => (object === 'Account' ? busy : undefined);
  expect(await w.run([both('C-1')])).toEqual(['parked']);
  expect(kindsOf(w.sales.calls.flat().map(({ object }) => object))).toEqual(['Account']);
});

test('where nothing redelivers, records wait in the retry queue until it is tried again; that is no attempt', async () => {
  await breakSales(w, 120_000);
  const past = { ...salesOnly('C-1'), attempts: 19, firstSeen: w.deps.clock.now() - 1_000 };
  expect(await w.run([past], { redelivers: false })).toEqual(['parked']);
  const [parked] = w.parked();
  expect(parked).toMatchObject({ attempts: 19, firstSeen: past.firstSeen, afterMs: expect.any(Number) });
  expect(parked?.afterMs).toBeGreaterThanOrEqual(120_000);
  expect(w.deps.deadLetters.all()).toEqual([]);
});

test('a record that has waited longer than patience allows is not parked again, sent or not', async () => {
  await breakSales(w);
  const old = { ...salesOnly('C-1'), attempts: 2, firstSeen: w.deps.clock.now() - 8 * 86_400_000 };
  expect(await w.run([old], { redelivers: false })).toEqual(['rejected']);
  expect(w.deps.deadLetters.all()).toMatchObject([{ attempts: 2, fault: { code: 'park.exhausted' } }]);
  expect(w.deps.deadLetters.all()[0]?.fault.message).toContain('tried 2 times in vain');
});

test('a target that said when to come back is not called before, by any batch of this process', async () => {
  await breakSales(w, 300_000);
  const until = w.deps.clock.now() + 300_000;
  const before = w.sales.calls.length;
  while (w.deps.clock.now() + 7_000 < until) {
    w.deps.clock.advance(7_000);
    expect(await w.run([salesOnly('C-1')])).toEqual(['held']);
  }
  expect(w.sales.calls.length).toBe(before);
  w.says = undefined;
  w.deps.clock.advance(60_000);
  expect(await w.run([salesOnly('C-1')])).toEqual(['delivered']);
});

test('a wait that fits is kept by every request of the connection, also by those under way', async () => {
  w = world({ maxRows: 1, more: { clock: timeline() } });
  const at: number[] = [];
  let first = true;
  w.says = () => {
    at.push(w.deps.clock.now());
    if (!first) return undefined;
    first = false;
    return down(6_000);
  };
  expect(kindsOf(await w.run(people(8)))).toEqual(['delivered']);
  const asked = at[0] ?? 0;
  // Four requests had begun when the answer came; everything after it waits.
  expect(at.slice(4).every((time) => time >= asked + 6_000)).toBe(true);
});

test('when the wait is over one chunk finds out; as long as it fails nobody else is claimed', async () => {
  w = world({ maxRows: 50 });
  await breakSales(w);
  w.deps.clock.advance(60_000);
  const [calls, writes] = [w.sales.calls.length, w.writes()];
  expect(kindsOf(await w.run(people(400)))).toEqual(['held']);
  expect(w.sales.calls.length).toBe(calls + 1);
  expect(w.sales.calls.at(-1)).toHaveLength(50);
  // A lease and its return for each of those who were sent.
  expect(w.writes()).toBe(writes + 100);
});

test('when that one chunk is answered the rest of the batch follows, everything once', async () => {
  w = world({ maxRows: 50 });
  await breakSales(w);
  w.says = undefined;
  w.deps.clock.advance(60_000);
  const calls = w.sales.calls.length;
  expect(kindsOf(await w.run([...people(400), salesOnly('C-first')]))).toEqual(['delivered']);
  const sent = w.sales.calls.slice(calls).flat();
  expect(sent).toHaveLength(401);
  expect(new Set(sent.map(({ key }) => key['Id'])).size).toBe(401);
  expect(w.sales.calls.length - calls).toBe(1 + Math.ceil(351 / 50));
});

test('finding out may take long: those who wait for it are not taken for persons somebody else works on', async () => {
  w = world({ maxRows: 1 });
  await breakSales(w);
  w.says = () => {
    w.deps.clock.advance(30_000);
    return undefined;
  };
  w.deps.clock.advance(60_000);
  expect(await w.run(people(2))).toEqual(['delivered', 'delivered']);
});

test('the log says once that a connection is left alone, and once that it is back', async () => {
  const lines: string[] = [];
  w = world({
    more: {
      log: { write: (level, event, { connection }) => void lines.push(`${level} ${event} ${connection}`) },
    },
  });
  await breakSales(w);
  await w.run([salesOnly('C-1')]);
  w.says = undefined;
  w.deps.clock.advance(60_000);
  await w.run([salesOnly('C-1')]);
  expect(lines.filter((line) => line.includes('breaker'))).toEqual([
    'warn breaker.opened sales',
    'info breaker.closed sales',
  ]);
});
