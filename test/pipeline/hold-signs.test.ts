import { beforeEach, expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { Connector, Outcome } from '../../shared/core/remote.js';
import { fakeCrm } from '../support/fakes.js';
import {
  breakSales,
  busy,
  down,
  failing,
  kindsOf,
  people,
  refused,
  salesOnly,
  silence,
  type World,
  world,
} from './hold-world.js';

let w: World;
beforeEach(() => {
  w = world();
});

test('a refusal is an answer: it closes the breaker as well', async () => {
  await breakSales(w);
  w.says = () => refused;
  w.deps.clock.advance(60_000);
  expect(kindsOf(await w.run([salesOnly('C-1')]))).toEqual(['rejected']);
  w.says = undefined;
  expect(await w.run([salesOnly('C-2')])).toEqual(['delivered']);
});

test('a locked row is an answer, too: that it is locked nobody can say who is down', async () => {
  await breakSales(w);
  w.says = () => busy;
  w.deps.clock.advance(60_000);
  expect(await w.run([salesOnly('C-1')])).toEqual(['parked']);
  expect(w.deps.observer.totals().connections).toMatchObject({ sales: { opened: 1, closed: 1 } });
});

test('of several waits that rows are told the longest holds', async () => {
  w.says = ({ key }) => down(key['Id'] === 'C-1' ? 600_000 : 20_000);
  expect(kindsOf(await w.run(people(3)))).toEqual(['held']);
  const [calls, writes] = [w.sales.calls.length, w.writes()];
  w.deps.clock.advance(500_000);
  expect(await w.run([salesOnly('C-9')])).toEqual(['held']);
  expect([w.sales.calls.length, w.writes()]).toEqual([calls, writes]);
});

test('which row goes first is chance, so that one which always hangs does not keep all others waiting', async () => {
  const found = async (random: number): Promise<string[]> => {
    w = world({ maxRows: 1, more: { random: () => random } });
    await breakSales(w);
    w.says = ({ key }) => (key['Id'] === 'C-0' ? silence : undefined);
    w.deps.clock.advance(60_000);
    return w.run(people(2));
  };
  expect(await found(0.1)).toEqual(['held', 'held']);
  expect((await found(0.9))[1]).toBe('delivered');
});

test('an API that answers 500 to each row is found out across small batches, and the queue stays short', async () => {
  w = world({ maxRows: 1 });
  w.says = () => failing;
  for (let batch = 0; batch < 60; batch++) await w.run([salesOnly(`C-${batch}`)]);
  expect(w.parked().length).toBeLessThan(10);
  const calls = w.sales.calls.length;
  expect(await w.run([salesOnly('C-last')])).toEqual(['held']);
  expect(w.sales.calls.length).toBe(calls);
});

test('a bad row that is alone when the target is well again cannot keep the stream for ever', async () => {
  w = world({ maxRows: 1 });
  w.says = () => failing;
  for (let batch = 0; batch < 12; batch++) await w.run([salesOnly(`C-${batch}`)]);
  w.says = ({ key }) => (key['Id'] === 'C-bad' ? failing : undefined);
  w.deps.clock.advance(60_000);
  expect(await w.run([salesOnly('C-bad')])).toEqual(['parked']);
  expect(await w.run([salesOnly('C-good')])).toEqual(['held']);
  w.deps.clock.advance(60_000);
  expect(await w.run([salesOnly('C-good')])).toEqual(['delivered']);
});

test('a row that never gets an answer is parked when others of its connection do, and held when none does', async () => {
  w = world({ maxRows: 1 });
  w.says = ({ key }) => (key['Id'] === 'C-1' ? silence : undefined);
  expect(await w.run(people(3))).toEqual(['delivered', 'parked', 'delivered']);
  w.says = () => silence;
  expect(kindsOf(await w.run([salesOnly('D-1'), salesOnly('D-2')]))).toEqual(['held']);
});

test('a chunk of several rows that gets no answer is held: nobody knows which of them is to blame', async () => {
  w = world({ maxRows: 2 });
  w.says = ({ key }) => (key['Id'] === 'C-0' || key['Id'] === 'C-1' ? silence : undefined);
  expect(await w.run(people(4))).toEqual(['held', 'held', 'delivered', 'delivered']);
});

test('silence to one request may be chance, to two in a row it is an outage', async () => {
  w.says = () => silence;
  await w.run([salesOnly('C-1')]);
  const calls = w.sales.calls.length;
  expect(await w.run([salesOnly('C-2')])).toEqual(['held']);
  expect(w.sales.calls.length).toBe(calls + 3);
  expect(await w.run([salesOnly('C-3')])).toEqual(['held']);
  expect(w.sales.calls.length).toBe(calls + 3);
});

test('refused credentials are not tried over and over: some systems lock the account', async () => {
  const fault = new Fault('remote.unauthorized', '401');
  w.says = () => ({ kind: 'retry', scope: 'connection', fault });
  expect(await w.run([salesOnly('C-1')])).toEqual(['held']);
  expect(w.sales.calls).toHaveLength(1);
});

const forbidden: Outcome = { kind: 'retry', scope: 'row', fault: new Fault('remote.unauthorized', '403') };

test('one row that is forbidden is set aside at once; when all of them are, the connection is', async () => {
  w = world({ maxRows: 1 });
  w.says = ({ key }) => (key['Id'] === 'C-1' ? forbidden : undefined);
  expect(await w.run(people(3))).toEqual(['delivered', 'parked', 'delivered']);
  expect(w.sales.calls).toHaveLength(3);
  w.says = () => forbidden;
  expect(kindsOf(await w.run([salesOnly('D-1'), salesOnly('D-2')]))).toEqual(['held']);
});

test('that we ran out of time is no fault of the target', async () => {
  const deadline = w.deps.clock.now();
  expect(await w.run([salesOnly('C-1')], { deadline })).toEqual(['held']);
  w.says = () => ({
    kind: 'retry',
    scope: 'connection',
    fault: new Fault('run.deadline', 'the run was stopped before anything was sent'),
  });
  expect(await w.run([salesOnly('C-1')])).toEqual(['held']);
  w.says = () => ({
    kind: 'unknown',
    fault: new Fault('run.deadline', 'the run was stopped while there was no answer yet'),
  });
  for (let batch = 0; batch < 3; batch++) expect(await w.run([salesOnly('C-1')])).toEqual(['held']);
  w.says = undefined;
  expect(await w.run([salesOnly('C-1')])).toEqual(['delivered']);
});

test('a program that breaks while it finds out leaves that to the next one', async () => {
  let breaks = false;
  const crm = fakeCrm({ answer: () => (breaks ? undefined : down()) });
  const fragile: Connector = {
    ...crm,
    send: (actions, signal) => (breaks ? Promise.reject(new TypeError('a bug')) : crm.send(actions, signal)),
  };
  w = world({ more: { connectors: new Map([['sales', fragile]]) } });
  expect(await w.run([salesOnly('C-1')])).toEqual(['held']);
  breaks = true;
  w.deps.clock.advance(60_000);
  await expect(w.run([salesOnly('C-2')])).rejects.toThrow('a bug');
  w.deps.clock.advance(200_000);
  await expect(w.run([salesOnly('C-2')])).rejects.toThrow('a bug');
});
