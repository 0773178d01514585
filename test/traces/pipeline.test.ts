import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { bad, Fault } from '../../shared/core/fault.js';
import type { StateStore, WriteAnswer } from '../../shared/core/ports.js';
import type { Outcome } from '../../shared/core/remote.js';
import { SPANS } from '../../shared/core/spans.js';
import { insightsSink } from '../../shared/traces/app-insights.js';
import { otlpRequest } from '../../shared/traces/otlp.js';
import { tracedPipeline } from '../../shared/traces/traced.js';
import { segmentOf } from '../../shared/traces/xray.js';
import { down, people, refused, salesOnly } from '../pipeline/hold-world.js';
import { message } from '../support/fakes.js';
import { tracedWorld } from './recorded.js';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

test('a batch is a tree: decode, reads, one request a chunk, writes, all within the batch', async () => {
  const { w, pipeline, spans } = tracedWorld({}, { maxRows: 10 });
  w.says = () => ({ kind: 'accepted', requestId: 'crm-1' });
  await pipeline.run(people(25), { redelivers: true, traceparent: PARENT });
  const [batch, ...rest] = spans.all();
  expect(batch).toMatchObject({
    name: 'batch',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentId: '00f067aa0ba902b7',
    failed: false,
    facts: { batch: 'run-1', door: 'other', messages: 25, records: 25, endings: { delivered: 25 } },
  });
  for (const span of rest) expect(span).toMatchObject({ traceId: batch?.traceId, parentId: batch?.spanId });
  const names = rest.map(({ name }) => name);
  expect(names[0]).toBe('decode');
  expect(new Set(names)).toEqual(new Set(['decode', 'state.read', 'send', 'state.write']));
  const sends = rest.filter(({ name }) => name === 'send');
  expect(sends).toHaveLength(3);
  for (const { facts } of sends)
    expect(facts).toMatchObject({
      connection: 'sales',
      operation: 'upsert',
      object: 'Contact',
      requestId: 'crm-1',
    });
  expect(sends.reduce((sum, { facts }) => sum + (facts.accepted ?? 0), 0)).toBe(25);
});

test('what failed is marked and says why; letters and the retry queue have spans of their own', async () => {
  const { w, pipeline, spans } = tracedWorld();
  w.says = () => down();
  await pipeline.run([salesOnly('C-1')], { redelivers: false });
  w.says = () => refused;
  w.deps.clock.advance(3_600_000);
  await pipeline.run([salesOnly('C-2')], { redelivers: true });
  const named = (name: string) => spans.all().filter((span) => span.name === name);
  expect(named('send')[0]).toMatchObject({
    failed: true,
    facts: { code: 'remote.unavailable', accepted: 0 },
  });
  expect(named('send').at(-1)).toMatchObject({ failed: false, facts: { accepted: 0 } });
  expect(named('park')).toMatchObject([{ facts: { count: 1 } }]);
  expect(named('bury')).toMatchObject([{ facts: { count: 1 } }]);
  expect(new Set(spans.all().map(({ name }) => name))).toEqual(new Set(Object.keys(SPANS)));
});

test('a read or a write of the state that failed for somebody is marked, and a race that was lost is not', async () => {
  const { w, tracing, spans } = tracedWorld();
  const unreadable = async (ids: readonly string[]) =>
    new Map(ids.map((id) => [id, bad('store.format', 'of a newer version')]));
  const run = (store: Partial<StateStore>) =>
    tracedPipeline({ ...w.deps, store: { ...w.deps.store, ...store } }, tracing).run([salesOnly('C-1')], {
      redelivers: true,
    });
  await run({ read: unreadable });
  const read = spans.all().find(({ name }) => name === 'state.read');
  expect(read).toMatchObject({ failed: true, facts: { code: 'store.format' } });
  const fault = new Fault('store.too-large', 'too large');
  const answers: WriteAnswer[] = [
    { ok: false, reason: 'conflict' },
    { ok: false, reason: 'refused', fault },
  ];
  await run({ write: async (writes) => writes.map(() => answers.shift() ?? { ok: true, version: '1' }) });
  const writes = spans.all().filter(({ name, facts }) => name === 'state.write' && facts.count === 1);
  expect(writes.slice(0, 2).map(({ failed, facts }) => [failed, facts.code])).toEqual([
    [false, undefined],
    [true, 'store.too-large'],
  ]);
});

test('an identity that gives no token keeps no batch, and is left alone for a minute', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  const token = () => {
    asked += 1;
    vi.advanceTimersByTime(2_000);
    return new Promise<undefined>(() => undefined);
  };
  const insights = { key: 'k', endpoint: 'https://in.example.com', role: 'r', share: 1, token };
  const { pipeline, lines } = tracedWorld({ sink: insightsSink(insights, fetch) });
  for (const person of ['C-1', 'C-2'])
    expect(await pipeline.run([salesOnly(person)], { redelivers: true })).toHaveLength(1);
  expect([asked, lines]).toMatchObject([1, [{ event: 'traces.unsent', why: 'TIMEOUT' }]]);
});

test('batches at once do not mix, and their log lines name their trace', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = { write: (_: string, event: string, fields: object) => void lines.push({ event, ...fields }) };
  const { pipeline, spans } = tracedWorld({}, { more: { log } });
  await Promise.all([1, 2, 3].map((n) => pipeline.run([salesOnly(`C-${n}`)], { redelivers: true })));
  const batches = spans.all().filter(({ name }) => name === 'batch');
  expect(new Set(batches.map(({ traceId }) => traceId)).size).toBe(3);
  for (const { traceId, facts } of batches) {
    expect(spans.all().filter((span) => span.traceId === traceId && span.name === 'send')).toHaveLength(1);
    expect(lines.filter(({ trace }) => trace === traceId)).toMatchObject([
      { event: 'batch', batch: facts.batch },
    ]);
  }
});

test('the endings are those of the same pipeline without traces, whatever the share', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.constantFrom(0, 0.5, 1), async (count, share) => {
      const { w, pipeline } = tracedWorld({ share });
      const plain = tracedWorld().w;
      const given = people(count);
      const settled = await pipeline.run(given, { redelivers: true });
      const names = settled.flatMap(({ endings }) => endings.map(({ name }) => name));
      expect(names).toEqual(await plain.run(given));
      expect([...w.sales.rows]).toEqual([...plain.sales.rows]);
    }),
    { numRuns: 20 },
  );
});

test('a part that breaks breaks the batch as before, and its span says so', async () => {
  const { w, pipeline, spans } = tracedWorld();
  w.says = () => {
    throw new Error('a broken program');
  };
  await expect(pipeline.run([salesOnly('C-1')], { redelivers: true })).rejects.toThrow('a broken program');
  expect(spans.all().find(({ name }) => name === 'send')).toMatchObject({ failed: true });
  expect(spans.all()[0]).toMatchObject({ name: 'batch', failed: true });
});

/** All that leaves this process for these spans, by every way there is. */
async function written(all: ReturnType<ReturnType<typeof tracedWorld>['spans']['all']>): Promise<string> {
  const texts = [
    JSON.stringify(otlpRequest(all, 'tributary')),
    ...all.map((span) => JSON.stringify(segmentOf(span))),
  ];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    texts.push(String(init?.body));
    return new Response('{}', { status: 200 });
  };
  await insightsSink({ key: 'k', endpoint: 'https://in.example.com', role: 'r', share: 1 }, fetch).send(all);
  return texts.join('\n');
}

const marked = fc.string({ maxLength: 20 }).map((text) => `Zq9-secret-${text.replace(/\s/g, '')}-9qZ`);

test('nothing of a person or of an event is in a trace or in a line of it, whatever they are called', async () => {
  await fc.assert(
    fc.asyncProperty(marked, marked, fc.boolean(), async (person, value, isRefused) => {
      const lines: string[] = [];
      const log = { write: (...line: unknown[]) => void lines.push(JSON.stringify(line)) };
      const { w, tracing, spans } = tracedWorld({}, { more: { log } });
      // Outside of tests an HMAC, by whose key alone it could be guessed.
      const pipeline = tracedPipeline({ ...w.deps, pseudonym: () => 'one-way' }, tracing);
      const answer: Outcome = { kind: 'rejected', code: 'NO', text: `${person} ${value}` };
      w.says = () => (isRefused ? answer : undefined);
      const body = {
        identityMap: { crmid: [{ id: person }] },
        points: value,
        [value]: person,
        segmentMembership: {
          ups: { 'warm-1': { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00Z' } },
        },
      };
      await pipeline.run([message('1', body), message('2', `{"${value}`)], { redelivers: true });
      const text = [await written(spans.all()), ...lines].join('\n');
      expect(spans.all().some(({ name }) => name === 'send')).toBe(true);
      expect(text).not.toContain('Zq9-secret');
      expect(text).not.toContain(encodeURIComponent(person));
    }),
    { numRuns: 40 },
  );
});
