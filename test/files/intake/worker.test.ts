import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { fakeCrm } from '../../support/fakes.js';
import { type Doom, world } from '../support/intake-world.js';

const NAME = 'people_20260901.csv';
const AT = Date.parse('2026-09-01T02:00:00Z');

const rows = (count: number): string[] => Array.from({ length: count }, (_, i) => `C-${i},,realized,${i}`);

const sumOf = (endings: Readonly<Record<string, number>>): number =>
  Object.values(endings).reduce((sum, count) => sum + count, 0);

test('a file ends in the CRM, in a report and in a line of the log', async () => {
  const w = world({ chunkRows: 10 });
  w.place.write(NAME, rows(25).join('\n'), AT);
  await w.arrive(NAME);
  await w.drain();
  expect(w.crm.rows.size).toBe(25);
  expect(w.crm.rows.get('Contact/C-7')).toEqual({ Hot: true, Points: 7 });
  const report = w.report(NAME);
  expect(report).toMatchObject({ result: 'done', rows: 25, settled: 25, badRows: 0 });
  expect(report.endings.delivered).toBe(25);
  expect(w.lines.find(({ event }) => event === 'file')?.fields).toMatchObject({ result: 'done', rows: 25 });
});

test('a bad row is a dead letter, and the report says which row and why, but nothing it holds', async () => {
  const w = world({ chunkRows: 10 });
  const text = rows(12);
  text[4] = 'BAD';
  w.place.write(NAME, text.join('\n'), AT);
  await w.arrive(NAME);
  await w.drain();
  expect(w.report(NAME)).toMatchObject({ rows: 12, badRows: 1, bad: [{ row: 5, text: 'too few columns' }] });
  expect(w.report(NAME).endings).toMatchObject({ delivered: 11, malformed: 1 });
  expect(
    w.deadLetters.all().map(({ message, fault }) => [message.source, message.id.split('/')[1], fault.code]),
  ).toEqual([[`file:${NAME}`, '5', 'decode.csv']]);
});

test('a file that is cut off, or of which no row can be read, is refused before any row acts', async () => {
  for (const text of [[...rows(30), 'CUT'].join('\n'), 'BAD\nBAD\nBAD']) {
    const w = world({ chunkRows: 10 });
    w.place.write(NAME, text, AT);
    await w.arrive(NAME);
    await w.drain();
    expect(w.crm.calls).toEqual([]);
    expect(w.report(NAME)).toMatchObject({ result: 'refused', why: { code: 'file.refused' } });
    expect(sumOf(w.report(NAME).endings)).toBe(0);
  }
});

test('a file without any row is done', async () => {
  const w = world({});
  w.place.write(NAME, '', AT);
  await w.arrive(NAME);
  await w.drain();
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 0 });
});

test('the same file announced again changes nothing; another content under its name is another file', async () => {
  const w = world({ chunkRows: 10 });
  w.place.write(NAME, rows(5).join('\n'), AT);
  await w.arrive(NAME);
  await w.arrive(NAME);
  await w.drain();
  await w.arrive(NAME);
  await w.drain();
  expect(w.crm.calls).toHaveLength(1);
  w.place.write(NAME, [...rows(5), 'C-9,,realized,9'].join('\n'), AT + 1);
  await w.arrive(NAME);
  await w.drain();
  expect(w.report(NAME)).toMatchObject({ rows: 6, endings: { delivered: 1, unchanged: 5 } });
});

test('a file that is still being written waits, with one order in the queue however often it is announced', async () => {
  const w = world({ stableMs: 300_000, chunkRows: 10 });
  w.place.write(NAME, rows(5).join('\n'), w.clock.now());
  for (let i = 0; i < 5; i++) await w.arrive(NAME);
  await w.round(() => undefined, 60_000);
  expect(w.crm.calls).toEqual([]);
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  expect(w.crm.rows.size).toBe(5);
});

test('while the CRM is down rows wait, and each of them ends once', async () => {
  let isDown = true;
  const down = () =>
    ({ kind: 'retry', scope: 'connection', fault: new Fault('remote.unavailable', '503') }) as const;
  const crm = fakeCrm({ answer: () => (isDown ? down() : undefined) });
  const w = world({ crm, chunkRows: 10 });
  w.place.write(NAME, rows(25).join('\n'), AT);
  await w.arrive(NAME);
  for (let i = 0; i < 6; i++) {
    w.clock.advance(Math.max(0, (w.queue.next() ?? 0) - w.clock.now()));
    await w.round(() => undefined, 600_000);
  }
  expect(crm.rows.size).toBe(0);
  expect(await w.queue.count()).toBe(1);
  isDown = false;
  await w.drain();
  expect(crm.rows.size).toBe(25);
  expect(w.report(NAME)).toMatchObject({ result: 'done', endings: { delivered: 25 } });
});

test('a file longer than an invocation goes on in the next, from where it was', async () => {
  const w = world({ chunkRows: 3 });
  const { pipeline, clock } = w.deps;
  const slow = {
    run: async (...args: Parameters<typeof pipeline.run>) => {
      clock.sleep(20_000);
      return pipeline.run(...args);
    },
  };
  Object.assign(w.deps, { pipeline: slow });
  w.place.write(NAME, rows(40).join('\n'), AT);
  await w.arrive(NAME);
  await w.drain(() => undefined, 70_000);
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 40, endings: { delivered: 40 } });
  expect(Number(w.lines.find(({ event }) => event === 'file')?.fields['turns'])).toBeGreaterThan(3);
});

test('wherever the process dies, and however often, nothing is lost, counted twice or left over', async () => {
  const dooms = fc.array(fc.record({ left: fc.nat(40), after: fc.boolean() }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      dooms,
      fc.integer({ min: 0, max: 60 }),
      fc.nat(3),
      async (deaths, count, announcements) => {
        const w = world({ chunkRows: 7 });
        const text = rows(count).map((row, i) => (i % 11 === 3 ? 'BAD' : row));
        const bad = text.filter((row) => row === 'BAD').length;
        w.place.write(NAME, text.join('\n'), AT);
        for (let i = 0; i <= announcements; i++) await w.arrive(NAME);
        const left: Doom[] = deaths.map((doom) => ({ ...doom }));
        await w.drain(() => left.shift());
        expect(w.crm.rows.size).toBe(count - bad);
        const report = w.report(NAME);
        expect(report).toMatchObject({ result: 'done', rows: count, settled: count, badRows: bad });
        expect(sumOf(report.endings)).toBe(count);
        expect(report.endings.malformed).toBe(bad);
        expect(w.deadLetters.all()).toHaveLength(bad);
      },
    ),
    { numRuns: 120 },
  );
});

test('two workers never work on one file at once; who finds it taken comes back', async () => {
  const w = world({ chunkRows: 4 });
  w.place.write(NAME, rows(20).join('\n'), AT);
  const order = { work: 'rows', source: 'daily', name: NAME } as const;
  const limits = { deadline: w.clock.now() + 3_600_000 };
  await Promise.all([w.work(order, limits), w.work(order, limits), w.work(order, limits)]);
  expect(w.crm.calls.length).toBe(5);
  await w.drain();
  expect(w.crm.calls.length).toBe(5);
  expect(sumOf(w.report(NAME).endings)).toBe(20);
});

test('who comes while another works on the file sends nothing and comes back later', async () => {
  const w = world({ chunkRows: 4 });
  w.place.write(NAME, rows(12).join('\n'), AT);
  const order = { work: 'rows', source: 'daily', name: NAME } as const;
  const limits = { deadline: w.clock.now() + 3_600_000 };
  const { pipeline } = w.deps;
  let [runs, sent] = [0, 0];
  Object.assign(w.deps, {
    pipeline: {
      run: async (...args: Parameters<typeof pipeline.run>) => {
        runs += 1;
        if (runs === 2) {
          await w.work(order, limits);
          sent = runs;
        }
        return pipeline.run(...args);
      },
    },
  });
  await w.work(order, limits);
  expect([runs, sent]).toEqual([3, 2]);
  expect(await w.queue.count()).toBe(1);
});

test('however often it is held in between, and wherever it dies, no order is lost', async () => {
  const dooms = fc.array(fc.record({ left: fc.nat(25), after: fc.boolean() }), { maxLength: 12 });
  const outages = fc.array(fc.boolean(), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(dooms, outages, async (deaths, down) => {
      const gone = {
        kind: 'retry',
        scope: 'connection',
        fault: new Fault('remote.unavailable', '503'),
      } as const;
      const left = [...down];
      const crm = fakeCrm({ answer: () => (left.shift() ? gone : undefined) });
      const w = world({ crm, chunkRows: 7 });
      w.place.write(NAME, rows(30).join('\n'), AT);
      await w.arrive(NAME);
      const doomed: Doom[] = deaths.map((doom) => ({ ...doom }));
      await w.drain(() => doomed.shift());
      expect(crm.rows.size).toBe(30);
      expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 30, settled: 30 });
      expect(sumOf(w.report(NAME).endings)).toBe(30);
    }),
    { numRuns: 80 },
  );
});

test('a file that is rewritten while its rows act begins anew under its new content', async () => {
  const w = world({ chunkRows: 5 });
  w.place.write(NAME, rows(12).join('\n'), AT);
  const { pipeline } = w.deps;
  let runs = 0;
  Object.assign(w.deps, {
    pipeline: {
      run: async (...args: Parameters<typeof pipeline.run>) => {
        runs += 1;
        if (runs === 2) w.place.write(NAME, rows(15).join('\n'), AT + 5);
        return pipeline.run(...args);
      },
    },
  });
  await w.arrive(NAME);
  await w.drain();
  expect(w.crm.rows.size).toBe(15);
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 15 });
});

test('a manifest wakes the files it lists', async () => {
  const w = world({ chunkRows: 5 });
  w.place.write('a_20260901.csv', 'C-1,,realized,1', AT);
  w.place.write('b_20260901.csv', 'C-2,,realized,2', AT);
  w.place.write('run.manifest', 'a_20260901.csv\nb_20260901.csv', AT);
  await w.arrive('run.manifest');
  await w.drain();
  expect([...w.crm.rows.keys()].sort()).toEqual(['Contact/C-1', 'Contact/C-2']);
});

test('a manifest that cannot be read is told of, and its order is not worked on again', async () => {
  const w = world({});
  const source = w.deps.sources.get('daily');
  if (!source) throw new Error('there is a source');
  const listedIn = () => Promise.reject(new Fault('file.refused', 'all.manifest lists no files'));
  const sources = new Map([['daily', { ...source, listedIn }]]);
  w.place.write('all.manifest', 'x', AT);
  const order = { work: 'rows', source: 'daily', name: 'all.manifest' } as const;
  await createFileWork({ ...w.deps, sources })(order, { deadline: w.clock.now() + 1e6 });
  expect(await w.queue.count()).toBe(0);
  expect(w.lines).toEqual([
    {
      level: 'warn',
      event: 'file.manifest-unread',
      fields: {
        source: 'daily',
        file: 'all.manifest',
        code: 'file.refused',
        why: 'all.manifest lists no files',
      },
    },
  ]);
});
