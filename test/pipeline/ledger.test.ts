import { readFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { Fault } from '../../shared/core/fault.js';
import type { BatchReport } from '../../shared/core/ports.js';
import { jsonLog } from '../../shared/log.js';
import { memoryObserver } from '../../shared/observers.js';
import { rulesOf } from '../support/fakes.js';
import {
  both,
  breakSales,
  busy,
  down,
  mailOnly,
  record,
  refused,
  row,
  salesOnly,
  silence,
  type World,
  world,
} from './hold-world.js';

const NONE = { delivered: 0, unchanged: 0, absent: 0, rejected: 0, failed: 0, unanswered: 0, unsent: 0 };

let w: World;
beforeEach(() => {
  w = world();
});

test('the ledger of a batch, spelled out', async () => {
  await w.run([salesOnly('C-old')]);
  const before = w.deps.observer.totals();
  w.says = ({ key }) => (key['Id'] === 'C-bad' ? refused : key['Id'] === 'C-busy' ? busy : undefined);
  await w.run([
    both('C-1'),
    salesOnly('C-old', 1),
    salesOnly('C-bad'),
    salesOnly('C-busy'),
    record('5', 'C-5', 'unmapped'),
  ]);
  const { endings, actions, calls, rows, accepted, connections } = w.deps.observer.totals();
  expect(endings).toMatchObject({ delivered: 2, unchanged: 1, rejected: 1, parked: 1, irrelevant: 1 });
  expect(actions).toEqual({ ...NONE, delivered: 3, unchanged: 1, rejected: 1, failed: 1 });
  // One chunk for each target, and the locked row twice more.
  expect([calls - before.calls, rows - before.rows, accepted - before.accepted]).toEqual([4, 6, 2]);
  expect(connections).toEqual({ sales: { held: 0, parked: 1, opened: 0, closed: 0 } });
});

test('a row that several persons share is one row accepted, and an action delivered for each of them', async () => {
  const rules = rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake' } },
    rules: [{ name: 'r', when: { member: 'hot' }, do: [{ ...row('sales'), match: { Id: 'points' } }] }],
  });
  w = world({ more: { rules } });
  await w.run([both('C-1'), both('C-2')]);
  expect(w.deps.observer.totals()).toMatchObject({
    calls: 1,
    rows: 1,
    accepted: 1,
    actions: { delivered: 2 },
  });
});

test('each change a record asks for that is made already counts as unchanged', async () => {
  await w.run([both('C-1')]);
  await w.run([both('C-1'), { ...both('C-1'), id: 'again' }]);
  expect(w.deps.observer.totals().actions).toEqual({ ...NONE, delivered: 2, unchanged: 4 });
});

test('what has no answer, and what has to wait for another action, is told apart', async () => {
  const twice = rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake' } },
    rules: [{ name: 'r', when: { member: 'hot' }, do: [row('sales', 'Account'), row('sales', 'Contact')] }],
  });
  w = world({ more: { rules: twice } });
  w.says = () => silence;
  await w.run([both('C-1')]);
  expect(w.deps.observer.totals().actions).toEqual({ ...NONE, unanswered: 1, unsent: 1 });
});

test('records held are counted by the connection that holds them, and so are changes of its breaker', async () => {
  await breakSales(w);
  await w.run([salesOnly('C-1'), both('C-2'), mailOnly('C-3')]);
  expect(w.deps.observer.totals().connections).toEqual({
    sales: { held: 3, parked: 0, opened: 1, closed: 0 },
  });
  w.deps.clock.advance(60_000);
  await w.run([salesOnly('C-1')]); // in vain
  w.says = undefined;
  w.deps.clock.advance(120_000);
  await w.run([salesOnly('C-1')]);
  expect(w.deps.observer.totals().connections).toEqual({
    sales: { held: 4, parked: 0, opened: 1, closed: 1 },
  });
});

test('actions that a breaker keeps back were not sent', async () => {
  await breakSales(w);
  const before = w.deps.observer.totals();
  await w.run([salesOnly('C-1'), both('C-2')]);
  const { actions, calls, rows } = w.deps.observer.totals();
  expect(actions).toEqual({ ...before.actions, delivered: 1, unsent: 2 });
  expect([calls - before.calls, rows - before.rows]).toEqual([1, 1]);
});

test('a connection because of which records wait in the retry queue is named there', async () => {
  await breakSales(w);
  await w.run([salesOnly('C-1')], { redelivers: false });
  expect(w.deps.observer.totals().connections['sales']).toMatchObject({ held: 1, parked: 1 });
});

test('records that are held because the retry queue is away are not held by the connection', async () => {
  const away = async () => {
    throw new Fault('park.unavailable', 'the queue is away');
  };
  w = world({ more: { parking: { park: away } } });
  w.says = () => busy;
  expect(await w.run([salesOnly('C-1')])).toEqual(['held']);
  expect(w.deps.observer.totals().connections).toEqual({});
});

test('what was never sent is not told as a delivery', async () => {
  w.says = () => down();
  await w.run([both('C-1')]);
  await w.run([both('C-2')]);
  const told = w.deps.observer
    .deliveries()
    .map(({ action, outcome }) => `${action.connection} ${outcome.kind}`);
  expect(told).toEqual(['sales retry', 'mail accepted', 'mail accepted']);
});

test('the line in the log says it all, once for each batch', async () => {
  const lines: Record<string, unknown>[] = [];
  const reports: BatchReport[] = [];
  const observer = { ...memoryObserver(), batch: (report: BatchReport) => void reports.push(report) };
  const log = {
    write: (_: string, event: string, fields: object) =>
      void (event === 'batch' && lines.push({ ...fields })),
  };
  w = world({ more: { log, observer } });
  await breakSales(w);
  const [line] = lines;
  expect(line?.['waitedMs']).toBeGreaterThanOrEqual(0);
  const where = { batch: 'run-1', first: 'C-first-1', last: 'C-first-1' };
  const told = { ...where, source: 'test', waitedMs: line?.['waitedMs'], ...reports[0]?.ledger };
  expect(lines).toEqual([{ ...told, faults: { 'remote.unavailable': 1 }, requests: {} }]);
  expect(Object.keys(reports[0]?.ledger ?? {}).sort()).toEqual([
    'accepted',
    'actions',
    'calls',
    'connections',
    'endings',
    'messages',
    'records',
    'rows',
  ]);
});

test('the line that docs/operations.md shows has the members of a real one, and keeps its promises', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const shown: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  let line = '';
  const log = jsonLog(
    'info',
    (text) => (line = text.includes('"batch"') ? text : line),
    () => 0,
  );
  w = world({ more: { log } });
  await breakSales(w);
  const membersOf = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, membersOf(member)]))
      : typeof value;
  const { faults: _, ...real } = z.looseObject({}).parse(membersOf(JSON.parse(line)));
  expect(membersOf(shown)).toMatchObject(real);
  const { records, endings } = z
    .object({ records: z.number(), endings: z.record(z.string(), z.number()) })
    .parse(shown);
  expect(Object.values(endings).reduce((sum, count) => sum + count, 0)).toBe(records);
});
