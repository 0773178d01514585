import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault, ok } from '../../../shared/core/fault.js';
import type { Message, Pipeline, Settlement } from '../../../shared/core/ports.js';
import type { Hold } from '../../../shared/files/intake/hold.js';
import { runRows, type Stretch } from '../../../shared/files/intake/rows.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import type { TableRow } from '../../../shared/files/ports.js';
import { fakeClock } from '../../support/fakes.js';
import { world } from '../support/intake-world.js';

const NAME = 'people_20260901.csv';
const AT = Date.parse('2026-09-01T02:00:00Z');
const DOWN = new Fault('remote.unavailable', 'the target is down');
const held = (id: string): Settlement => ({ id, settled: false, endings: [{ name: 'held', fault: DOWN }] });

const numberOf = ({ id }: Pick<Message, 'id'>): number => Number(id.split('/').at(-1));

/** Rows in pieces, some of which hold nothing. */
const tableOf = (count: number, piece: number) => ({
  async *rows(from = 1): AsyncGenerator<readonly TableRow[]> {
    const all = Array.from({ length: count }, (_, i): TableRow => ({ number: i + 1, cells: ok({}) }));
    for (let at = 0; at < count; at += piece)
      yield all.slice(at, at + piece).filter(({ number }) => number >= from);
  },
});

/** A position that is kept in memory; tells of every saving. */
function holdOf(saved: (value: Stretch) => void): Hold<Stretch> {
  let value: Stretch = { next: 1, ahead: [], endings: {}, idle: 0 };
  const save = async (next: Stretch): Promise<void> => {
    value = next;
    saved(next);
  };
  return {
    get value() {
      return value;
    },
    safeUntil: Number.MAX_SAFE_INTEGER,
    save,
    release: save,
  };
}

test('whichever rows are held and for how long: less than a chunk is remembered, each row settles once', async () => {
  const holds = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 8 })));
  const small = fc.integer({ min: 1, max: 9 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      small,
      small,
      holds,
      async (count, size, piece, list) => {
        const left = new Map(list);
        const settled: number[] = [];
        const pipeline: Pipeline = {
          run: async (messages) =>
            messages.map((message): Settlement => {
              const number = numberOf(message);
              const more = left.get(number) ?? 0;
              left.set(number, more - 1);
              if (more > 0) return held(message.id);
              settled.push(number);
              return { id: message.id, settled: true, endings: [{ name: 'unchanged' }] };
            }),
        };
        const hold = holdOf(({ ahead }) => expect(ahead.length).toBeLessThan(size));
        const toMessage = ({ number }: TableRow): Message => ({
          id: `f/${number}`,
          body: {},
          at: AT,
          source: 'f',
        });
        const deps = { pipeline: pipeline, clock: fakeClock(AT), chunkRows: size };
        const turn = () => runRows(hold, tableOf(count, piece), toMessage, deps, { deadline: AT + 1e6 });
        let turns = 0;
        for (; (await turn()).kind !== 'all'; turns++) expect(turns).toBeLessThan(1_000);
        expect(settled.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      },
    ),
  );
});

test('while its first open row does not move a file waits longer each time', async () => {
  const w = world({ chunkRows: 20 });
  const pipeline: Pipeline = {
    ...w.deps.pipeline,
    run: async (messages, options) => {
      expect(options).toMatchObject({ invocation: 'req-1', traceparent: '00-4bf9-00f0-01' });
      const answers = await w.deps.pipeline.run(messages, options);
      return answers.map((answer) => (numberOf(answer) === 1 ? held(answer.id) : answer));
    },
  };
  const work = createFileWork({ ...w.deps, pipeline });
  w.place.write(NAME, Array.from({ length: 100 }, (_, i) => `C-${i},,realized,1`).join('\n'), AT);
  const waits: number[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const limits = { deadline: w.clock.now() + 1e6, invocation: 'req-1', traceparent: '00-4bf9-00f0-01' };
    await work({ work: 'rows', source: 'daily', name: NAME }, limits);
    const next = w.queue.next() ?? 0;
    waits.push((next - w.clock.now()) / 1000);
    w.clock.advance(next - w.clock.now());
    for (const message of await w.queue.receive()) await w.queue.remove(message);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 900]);
  // It is told of at once, and then now and then.
  expect(w.lines.filter(({ event }) => event === 'file.waits')).toHaveLength(2);
  // Nothing behind the chunk that waits was begun.
  expect(w.crm.rows.size).toBe(20);
});

test.each(['store.too-large', 'config.missing-secret', 'store.format'] as const)(
  '%s while rows act: the file waits and goes on, and is not refused',
  async (code) => {
    const w = world({ chunkRows: 5 });
    let runs = 0;
    const pipeline: Pipeline = {
      ...w.deps.pipeline,
      run: async (messages, options) => {
        runs += 1;
        if (runs === 2) throw new Fault(code, 'not now');
        return w.deps.pipeline.run(messages, options);
      },
    };
    const work = createFileWork({ ...w.deps, pipeline });
    w.place.write(NAME, Array.from({ length: 12 }, (_, i) => `C-${i},,realized,1`).join('\n'), AT);
    const order = { work: 'rows', source: 'daily', name: NAME } as const;
    await work(order, { deadline: w.clock.now() + 1e6 });
    expect(w.place.read(`${NAME}.tributary.json`)).toBeUndefined();
    expect(await w.queue.count()).toBe(1);
    await work(order, { deadline: w.clock.now() + 1e6 });
    expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 12, settled: 12 });
  },
);

test('a file whose key is not among the secrets waits for it', async () => {
  const w = world({});
  const [source] = w.deps.sources.values();
  if (!source) throw new Error('there is a source');
  let isThere = false;
  const open: typeof source.open = async (bytes) => {
    if (!isThere) throw new Fault('config.missing-secret', 'there is no secret pgp');
    return source.open(bytes);
  };
  const work = createFileWork({ ...w.deps, sources: new Map([['daily', { ...source, open }]]) });
  w.place.write(NAME, 'C-1,,realized,1', AT);
  const order = { work: 'rows', source: 'daily', name: NAME } as const;
  await work(order, { deadline: w.clock.now() + 1e6 });
  expect(w.queue.next()).toBeGreaterThan(w.clock.now());
  expect(w.lines).toEqual([
    {
      level: 'warn',
      event: 'file.waits',
      fields: { source: 'daily', file: NAME, code: 'config.missing-secret', why: 'there is no secret pgp' },
    },
  ]);
  isThere = true;
  await work(order, { deadline: w.clock.now() + 1e6 });
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 1 });
});

test('a file of which an invocation reads nothing but blanks looks at the clock and keeps the lease', async () => {
  const w = world({});
  const [source] = w.deps.sources.values();
  if (!source) throw new Error('there is a source');
  let pieces = 0;
  const open: typeof source.open = async (bytes) => ({
    ...(await source.open(bytes)),
    async *rows() {
      for (; pieces < 1_000; pieces++) {
        w.clock.advance(10_000);
        yield [];
      }
    },
  });
  const work = createFileWork({ ...w.deps, sources: new Map([['daily', { ...source, open }]]) });
  w.place.write(NAME, 'C-1,,realized,1', AT);
  const since = w.clock.now();
  await work({ work: 'rows', source: 'daily', name: NAME }, { deadline: since + 600_000 });
  expect(w.clock.now() - since).toBe(600_000);
  // Nothing was reached, so it is not tried again at once.
  expect(w.queue.next()).toBe(w.clock.now() + 30_000);
});
