import { expect, test } from 'vitest';
import { personView } from '../../local/console/person.js';
import { recordView } from '../../local/console/record.js';
import { Fault } from '../../shared/core/fault.js';
import type { Outcome } from '../../shared/core/remote.js';
import { countLedger, emptyCounts } from '../../shared/pipeline/ledger.js';
import { message } from '../support/fakes.js';
import { hot, watchedWorld } from './world.js';

const down: Outcome = {
  kind: 'retry',
  scope: 'connection',
  fault: new Fault('remote.unavailable', 'sales answered 503'),
};
const others = { under: 0, parked: 0, letters: 0, sending: 'ready' } as const;

test('a record becomes a row: who, what happened, which rule, how it ended', async () => {
  const { watch, send } = watchedWorld();
  await send('m-1', hot('C-1', 'Example', '2026-01-02T03:04:05Z'));
  expect(watch.book.row(1)).toMatchObject({
    n: 1,
    id: 'm-1',
    source: 'test',
    ending: 'delivered',
    person: 'crmid:C-1',
    edges: ['entered hot'],
    rules: ['sales hears of the hot'],
    actions: 1,
    tries: 1,
  });
  expect(watch.counter.sums(others)).toMatchObject({ records: 1, endings: { delivered: 1 } });
  expect(watch.under()).toBe(0);
});

test('its story is told from what was read to what the target said, with every clause', async () => {
  const { watch, send, rules } = watchedWorld();
  await send('m-1', hot('C-1', 'Example', '2026-01-02T03:04:05Z'));
  const view = recordView(watch.book, 1, rules);
  expect(JSON.parse(view?.body?.text ?? '')).toMatchObject({ identityMap: { crmid: [{ id: 'C-1' }] } });
  expect(view?.reasons?.audiences).toMatchObject([
    { name: 'hot', change: 'entered', after: { member: true } },
  ]);
  expect(view?.reasons?.rules).toMatchObject([
    { outcome: 'does', when: { holds: true }, if: { holds: true, saw: 'Example' } },
  ]);
  expect(view?.deliveries).toMatchObject([
    { operation: 'upsert', key: { AEP_Id__c: 'C-1' }, fields: { LastName: 'Example', Hot__c: true } },
  ]);
  expect(view?.tries).toMatchObject([{ ending: 'delivered', replayed: false }]);
});

test('of two records of a person in one batch, each is explained by what was known just before it', async () => {
  const { watch, run, rules } = watchedWorld();
  await run([
    message('m-1', hot('C-1', 'Example', '2026-01-02T03:04:05Z')),
    message('m-2', hot('C-1', 'Example', '2026-01-03T03:04:05Z', 'exited')),
  ]);
  expect(recordView(watch.book, 2, rules)?.reasons?.audiences).toMatchObject([
    { change: 'left', before: { member: true }, after: { member: false } },
  ]);
});

test('a record that is held and comes again is one row, which counts once and remembers every try', async () => {
  let isDown = true;
  const { watch, send, deps, rules } = watchedWorld(() => (isDown ? down : undefined));
  const body = hot('C-1', 'Example', '2026-01-02T03:04:05Z');
  await send('m-1', body);
  expect(watch.book.row(1)).toMatchObject({
    ending: 'held',
    code: 'remote.unavailable',
    connection: 'sales',
  });
  expect(watch.counter.sums(others).endings).toMatchObject({ held: 1, delivered: 0 });
  isDown = false;
  deps.clock.advance(3_600_000);
  await send('m-1', body);
  expect(watch.book.last).toBe(1);
  expect(watch.book.row(1)).toMatchObject({ ending: 'delivered', tries: 2 });
  expect(watch.counter.sums(others)).toMatchObject({ records: 1, endings: { held: 0, delivered: 1 } });
  expect(recordView(watch.book, 1, rules)?.tries.map(({ ending }) => ending)).toEqual(['held', 'delivered']);
});

test('what cannot be read is a row, too, and so is each record of a message of several', async () => {
  const { watch, send } = watchedWorld();
  await send('m-1', '{"broken');
  await send('m-2', [hot('C-1', 'A', '2026-01-02T03:04:05Z'), hot('C-2', 'B', '2026-01-02T03:04:05Z')]);
  const rows = [1, 2, 3].map((n) => watch.book.row(n));
  expect(rows.map((row) => [row?.id, row?.record, row?.person])).toEqual([
    ['m-1', 0, undefined],
    ['m-2', 0, 'crmid:C-1'],
    ['m-2', 1, 'crmid:C-2'],
  ]);
  expect(rows[0]).toMatchObject({ ending: 'malformed', code: 'decode.json' });
  // What was sent for one is not told of the other.
  const sent = [2, 3].map((n) => watch.book.story(n)?.deliveries.map(({ person }) => person));
  expect(sent).toEqual([['crmid:C-1'], ['crmid:C-2']]);
});

test('a person is shown with standing, values, what was last written, history, and what is written down', async () => {
  const { watch, send, deps, rules } = watchedWorld();
  await send('m-1', hot('C-1', 'Example', '2026-01-02T03:04:05Z'));
  await send('m-2', hot('C-1', 'Example', '2026-01-03T03:04:05Z', 'exited'));
  const view = await personView('crmid:C-1', watch.book, deps.store, rules, deps.clock.now);
  expect(view.standing).toMatchObject([
    { name: 'hot', after: { member: false, at: '2026-01-03T03:04:05Z' } },
  ]);
  expect(view.values).toMatchObject([{ path: 'person.name.lastName', value: 'Example' }]);
  expect(view.rows.map(({ n }) => n)).toEqual([2, 1]);
  expect(view.targets[0]?.fields.find(({ name }) => name === 'Hot__c')).toMatchObject({ value: false, n: 2 });
  expect(view.why[0]).toMatchObject({ place: 'sales/Contact C-1', message: 'test m-2', n: 2 });
});

test('no more is kept than the limits say: rows go, and stories before them', async () => {
  const { watch, send, rules } = watchedWorld(undefined, { rows: 4, stories: 2, bytes: 1_000_000 });
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f'])
    await send(id, hot(`C-${id}`, 'X', '2026-01-02T03:04:05Z'));
  expect([watch.book.first, watch.book.last]).toEqual([3, 6]);
  expect(watch.book.row(2)).toBeUndefined();
  expect([3, 4, 5, 6].map((n) => watch.book.story(n) !== undefined)).toEqual([false, false, true, true]);
  expect(recordView(watch.book, 3, rules)).toMatchObject({ story: false, deliveries: [] });
  expect(watch.book.find('a', 0)).toBeUndefined();
});

test('bodies are kept within their bytes', async () => {
  const { watch, send } = watchedWorld(undefined, { rows: 100, stories: 100, bytes: 3_000 });
  for (let i = 0; i < 10; i++) await send(`m-${i}`, hot(`C-${i}`, 'x'.repeat(1_000), '2026-01-02T03:04:05Z'));
  const kept = Array.from({ length: 10 }, (_, i) => watch.book.story(i + 1) !== undefined);
  expect(kept.filter(Boolean).length).toBeLessThanOrEqual(2);
  expect(kept.at(-1)).toBe(true);
});

test('a connection that nothing is sent to says why and when it is tried next, and no more once it answers', async () => {
  let isDown = true;
  const { watch, run, deps } = watchedWorld(() => (isDown ? down : undefined));
  const sales = () => watch.counter.sums(others).connections[0];
  const messages = ['C-1', 'C-2'].map((id, i) =>
    message(`m-${i}`, hot(id, 'Example', '2026-01-02T03:04:05Z')),
  );
  await run(messages);
  await run(messages);
  expect(sales()).toMatchObject({ shut: true });
  expect(sales()?.why).toMatch(
    /^nothing is sent to "sales" until it answers again, next tried at .*: sales answered 503$/,
  );
  // What the other cloud was told of a row just before is no reason to send nothing.
  const refused = {
    name: 'rejected',
    connection: 'sales',
    fault: new Fault('remote.rejected', 'no such name'),
  } as const;
  const settlements = [{ id: 'm-9', settled: true, endings: [refused] }];
  const ledger = countLedger(1, 1, settlements, emptyCounts());
  watch.observer.batch({ source: 'test', replayed: false, ledger, settlements });
  expect(sales()?.why).toMatch(/^nothing is sent to "sales"/);
  isDown = false;
  await deps.clock.sleep(60_000);
  await run(messages);
  expect(sales()).toMatchObject({ shut: false });
  expect(sales()).not.toHaveProperty('why');
});
