import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Measurement, Metrics } from '../../shared/core/metrics.js';
import { METRICS } from '../../shared/core/metrics.js';
import { ENDINGS } from '../../shared/core/ports.js';
import { embeddedMetrics } from '../../shared/metrics/embedded.js';
import { lineMetrics } from '../../shared/metrics/lines.js';
import { memoryMetrics } from '../../shared/metrics/memory.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { both, breakSales, busy, mailOnly, people, salesOnly, world } from '../pipeline/hold-world.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

function measuredWorld() {
  const metrics = memoryMetrics();
  return { metrics, w: world({ maxRows: 10, more: { metrics } }) };
}
const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

test('what a batch comes to is the ledger, by ending and by connection', async () => {
  const { metrics, w } = measuredWorld();
  await w.run([...people(25), mailOnly('M-1'), message('bad', '{')]);
  await w.run(people(25));
  const totals = w.deps.observer.totals();
  expect(sum(metrics.valuesOf('Records'))).toBe(totals.records);
  for (const name of ENDINGS)
    expect(sum(metrics.valuesOf('RecordsEnded', { Ending: name })), name).toBe(totals.endings[name]);
  expect(sum(metrics.valuesOf('Calls'))).toBe(totals.calls);
  expect(sum(metrics.valuesOf('Rows'))).toBe(totals.rows);
  expect(sum(metrics.valuesOf('RowsAccepted'))).toBe(totals.accepted);
  expect(metrics.valuesOf('Calls', { Connection: 'sales' })).toEqual([3]);
  expect(metrics.valuesOf('CallDuration', { Connection: 'sales' })).toHaveLength(3);
  expect(metrics.valuesOf('SuppressedShare')).toEqual([0, 100]);
  expect(metrics.valuesOf('BatchMessages', { Door: 'other' })).toEqual([27, 25]);
});

test('the state of a breaker, and why it opened', async () => {
  const { metrics, w } = measuredWorld();
  await breakSales(w);
  expect(metrics.valuesOf('BreakerOpen', { Connection: 'sales' })).toEqual([1]);
  expect(metrics.valuesOf('RecordsHeld', { Connection: 'sales' })).toEqual([1]);
  expect(metrics.valuesOf('ConnectionFailures', { Code: 'remote.unavailable' })).toEqual([1]);
  w.says = undefined;
  w.deps.clock.advance(3_600_000);
  expect(await w.run([salesOnly('C-2')])).toEqual(['delivered']);
  expect(metrics.valuesOf('BreakerOpen', { Connection: 'sales' })).toEqual([1, 0]);
});

test('repetitions within an invocation count as retries, halves of a refused chunk do not', async () => {
  const { metrics, w } = measuredWorld();
  let answers = 0;
  w.says = () => (++answers === 1 ? busy : undefined);
  await w.run([salesOnly('C-1')]);
  expect(metrics.valuesOf('Retries', { Connection: 'sales' })).toEqual([1]);
  const refusal = { kind: 'rejected', code: 'NO', text: 'no', whole: true } as const;
  w.says = ({ key }) => (Object.values(key).includes('C-9') && answers++ < 3 ? refusal : undefined);
  await w.run(people(10));
  expect(metrics.valuesOf('Retries', { Connection: 'sales' })).toEqual([1, 0]);
});

test('lag and batch size by the way in; a name of a file is none', async () => {
  const { metrics, w } = measuredWorld();
  const at = w.deps.clock.now() - 5000;
  for (const source of ['kinesis:events', 'eventhub:hub', 'file:people of example.com.csv', 'toString:x'])
    await w.run([{ ...both('C-1'), source, at }]);
  await w.run([{ ...both('C-1'), source: 'kinesis:events', attempts: 1, at }]);
  for (const door of ['kinesis', 'eventhub', 'file', 'other', 'retry-queue'] as const)
    expect(metrics.valuesOf('Lag', { Door: door })[0], door).toBeGreaterThanOrEqual(5000);
});

test('what is left of a quota', async () => {
  const rules = rulesOf({
    audiences: { warm: 'warm-1' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake', quota: [{ calls: 100, seconds: 3600 }] } },
    rules: [
      {
        name: 'r',
        when: { member: 'warm' },
        do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { P: 'points' } }],
      },
    ],
  });
  const deps = fakeDeps(rules, fakeCrm({ maxRows: 1 }));
  await createPipeline(deps).run(people(30), { redelivers: true });
  // Calls are taken ahead, so a little more may be gone than was made.
  const [left = 0] = deps.metrics.valuesOf('QuotaLeft', { Connection: 'sales' });
  expect(left).toBeGreaterThanOrEqual(10);
  expect(left).toBeLessThanOrEqual(70);
});

/** Both writers at once, and what they were given. */
function writers() {
  const lines: string[] = [];
  const given: Measurement[] = [];
  const out = { write: (line: string) => void lines.push(line), now: () => 0 };
  const ways = [embeddedMetrics({ ...out, namespace: 'tributary/test' }), lineMetrics(out)];
  const metrics: Metrics = {
    record(measured, batch) {
      given.push(...measured);
      for (const way of ways) way.record(measured, batch);
    },
  };
  return { lines, given, metrics };
}

const marked = fc
  .string({ minLength: 0, maxLength: 20 })
  .map((text) => `Zq9-secret-${text.replace(/\s/g, '')}-9qZ`);

test('nothing of a person, a message or a file reaches a metric, whatever they are called', async () => {
  await fc.assert(
    fc.asyncProperty(marked, marked, marked, async (person, audience, file) => {
      const { lines, given, metrics } = writers();
      const w = world({ more: { metrics } });
      const hostile = {
        identityMap: { crmid: [{ id: person }] },
        points: person,
        [person]: person,
        segmentMembership: { ups: { 'warm-1': { status: 'realized' }, [audience]: { status: person } } },
      };
      w.says = () => ({ kind: 'rejected', code: 'NO', text: person, field: person });
      await w.run([
        { ...message(person, hostile), source: `file:${file}` },
        { ...salesOnly(person), source: file },
        { ...message(file, person), source: `${person}:${file}` },
      ]);
      expect(lines.length).toBeGreaterThan(2);
      expect(lines.join('')).not.toMatch(/Zq9|9qZ|secret/);
      for (const { name, by } of given) {
        expect(Object.keys(by)).toEqual(METRICS[name].by);
        if (by.Connection !== undefined) expect(['sales', 'mail']).toContain(by.Connection);
      }
    }),
    { numRuns: 60 },
  );
});
