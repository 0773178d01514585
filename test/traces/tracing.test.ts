import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SpanSink } from '../../shared/core/spans.js';
import { parentIn } from '../../shared/traces/parent.js';
import { tracingOf } from './recorded.js';

const nothing = () => ({});
const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

test('parents, as the W3C and X-Ray write them', () => {
  expect(parentIn('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')).toEqual({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
  });
  const lambda =
    'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:fc3b4ff1:0';
  const root = { traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8' };
  expect(parentIn(lambda)).toEqual({ ...root, sampled: true });
  expect(parentIn(lambda.replace('Sampled=1', 'Sampled=0'))).toEqual({ ...root, sampled: false });
  expect(parentIn(lambda.replace('Sampled=1', 'Sampled=?'))).toEqual(root);
  // Whoever sampled it has no segment of their own.
  expect(parentIn('Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0')).toEqual({
    traceId: root.traceId,
    sampled: false,
  });
});

test.each([
  undefined,
  '',
  'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
  '00-4bf92f3577b34da6a3ce929d0e0e4736',
  'Root=1-5759e988',
  'Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8',
])('what is no parent begins a trace of its own: %s', (text) => {
  expect(parentIn(text)).toBeUndefined();
});

test('whatever text a platform hands over, it is a parent of the right form or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        hex(32),
        fc.tuple(hex(32), hex(16)).map((ids) => `00-${ids.join('-')}-01`),
      ),
      (text) => {
        const parent = parentIn(text);
        if (parent)
          expect(`${parent.traceId}-${parent.spanId ?? ''}`).toMatch(/^[0-9a-f]{32}-([0-9a-f]{16})?$/);
      },
    ),
  );
});

test('X-Ray has the say where it has said; else the share has, alike in every process', async () => {
  const taken = async (share: number, traceparent: string | undefined) => {
    const { tracing, spans } = tracingOf({ share });
    await tracing.trace(traceparent, {}, async () => undefined, nothing);
    return spans.all().length > 0;
  };
  const xray = (sampled: string) =>
    `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=${sampled}`;
  expect([await taken(0, xray('1')), await taken(1, xray('0'))]).toEqual([true, false]);
  expect(await taken(1, xray('0').replace(/Parent=\w+;/, ''))).toBe(false);
  let count = 0;
  for (const id of fc.sample(hex(32), { numRuns: 500, seed: 3 })) {
    const parent = `00-1${id.slice(1)}-00f067aa0ba902b7-00`;
    const [first, second] = [await taken(0.2, parent), await taken(0.2, parent)];
    expect(first).toBe(second);
    if (first) count++;
  }
  expect(count).toBeGreaterThan(60);
  expect(count).toBeLessThan(150);
});

test('what is not taken costs nothing: no id, no clock, no sink', async () => {
  const none = () => {
    throw new Error('it was asked');
  };
  const { tracing } = tracingOf({ share: 0, sink: { send: none }, randomHex: () => 'f'.repeat(24) });
  expect(
    await tracing.trace(undefined, {}, async () => tracing.span('send', {}, async () => 7, none), none),
  ).toBe(7);
  tracing.untilNow('decode');
  tracing.note({ batch: 'x' });
  expect(tracing.traceId()).toBeUndefined();
});

test('a batch of very many requests sends five hundred spans, the batch first, and says how many it left out', async () => {
  const { tracing, spans } = tracingOf();
  await tracing.trace(
    undefined,
    {},
    async () => {
      for (let i = 0; i < 700; i++) await tracing.span('send', {}, async () => i, nothing);
    },
    nothing,
  );
  expect(spans.all()).toHaveLength(501);
  expect(spans.all()[0]).toMatchObject({ name: 'batch', facts: { dropped: 200 } });
});

test('a receiver that does not answer is left alone for a minute, is told of once, and fails no batch', async () => {
  let asked = 0;
  const sink: SpanSink = { send: async () => (asked++ < 1 ? 'HTTP_503' : undefined) };
  const { tracing, lines, state } = tracingOf({ sink });
  const run = () => tracing.trace(undefined, {}, async () => 'done', nothing);
  expect([await run(), await run(), await run()]).toEqual(['done', 'done', 'done']);
  expect([asked, lines]).toEqual([1, [{ level: 'warn', event: 'traces.unsent', why: 'HTTP_503', spans: 1 }]]);
  state.now += 60_000;
  await run();
  expect([asked, lines.length]).toEqual([2, 1]);
});
