import { expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import { reportName } from '../../../shared/files/intake/report.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

const NAME = 'all_20260902.csv';
const ORDER = { work: 'rows', source: 'daily', name: NAME } as const;
const AT = Date.parse('2026-09-02T00:30:00Z');
const PEOPLE = Array.from({ length: 40 }, (_, i) => `C-${i},,realized,1`).join('\n');

/** Something to wait for, and what makes it come. */
function moment(): [Promise<void>, () => void] {
  let come = (): void => undefined;
  const comes = new Promise<void>((done) => {
    come = done;
  });
  return [comes, () => come()];
}

/**
 * A process of a deployment before this one, which refuses such files: it works on one, and sleeps through its lease before it
 * says so. What is given wakes it.
 */
async function sleeper(w: ReturnType<typeof world>): Promise<() => Promise<void>> {
  const source = w.deps.sources.get('daily');
  if (!source) throw new Error('there is a source');
  const [sleeps, fallAsleep] = moment();
  const [wakes, wake] = moment();
  const open = async (): Promise<never> => {
    fallAsleep();
    await wakes;
    throw new Fault('file.refused', 'none of its columns is a key');
  };
  const sources = new Map([['daily', { ...source, open }]]);
  const slept = createFileWork({ ...w.deps, sources })(ORDER, { deadline: w.clock.now() + 3_600_000 });
  await sleeps;
  w.clock.advance(301_000);
  return () => {
    wake();
    return slept;
  };
}

test('who slept through the lease and would refuse a full export removes nothing that the next one has found', async () => {
  const w = world({ mostExits: 0.9, segmentLines: 10 });
  w.place.write(NAME, PEOPLE, AT);
  const wake = await sleeper(w);
  // Time is up after its first rows; who is in them lies beside it.
  await w.work(ORDER, { deadline: w.clock.now() });
  const found = w.objects.names();
  expect(found).not.toEqual([]);
  await wake();
  expect([w.objects.names(), w.report(NAME)]).toEqual([found, null]);
  await w.drain();
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 40 });
});

test('who slept through the lease does not report that a file is refused that the next one has done', async () => {
  const w = world({});
  w.place.write(NAME, PEOPLE, AT);
  const wake = await sleeper(w);
  await w.work(ORDER, { deadline: w.clock.now() + 3_600_000 });
  await wake();
  await w.drain();
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 40 });
  expect(w.lines.filter(({ event }) => event === 'file')).toHaveLength(1);
});

test('who slept through the lease of the end of an export does not report over what the next one has done', async () => {
  const w = world({ mostExits: 1 });
  const take = async (name: string, text: string, at: number): Promise<void> => {
    w.place.write(name, text, at);
    await w.arrive(name);
    await w.drain();
  };
  await take(NAME, PEOPLE, AT);
  const part = 'all_20260902_2.csv';
  await take(part, 'C-40,,realized,1\nCUT', AT);
  const source = w.deps.sources.get('daily');
  if (!source) throw new Error('there is a source');
  const [sleeps, fallAsleep] = moment();
  const [wakes, wake] = moment();
  // It has seen the part that is cut off, and sleeps before it says so.
  const place = async () => ({
    ...w.place,
    async *list() {
      yield* w.place.list();
      fallAsleep();
      await wakes;
    },
  });
  const sources = new Map([['daily', { ...source, place }]]);
  const slept = createFileWork({ ...w.deps, sources })(
    { ...ORDER, work: 'close' },
    { deadline: w.clock.now() + 3_600_000 },
  );
  await sleeps;
  w.clock.advance(301_000);
  await take(part, 'C-40,,realized,1', AT + 1000);
  const report = () => JSON.parse(w.place.read(reportName(`${NAME}.export`)) ?? 'null');
  expect(report()).toMatchObject({ result: 'done', files: 2 });
  wake();
  await slept;
  await w.drain();
  expect(report()).toMatchObject({ result: 'done', files: 2 });
});
