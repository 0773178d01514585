import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { StateStore } from '../../shared/core/ports.js';
import { jsonLog } from '../../shared/log.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message } from '../support/fakes.js';
import { breakSales, refused, rules, salesOnly, world } from './hold-world.js';

/** A log by whose sample nothing of level `info` is written. */
function sampledAway() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line));
  return { lines, log: jsonLog('info', write, () => 0, { share: 0, random: () => 0.5 }) };
}

/** One batch with one record, of which the state store says something else. */
async function withStore(more: Partial<StateStore>) {
  const { lines, log } = sampledAway();
  const deps = fakeDeps(rules, fakeCrm(), { log });
  const store = { ...deps.store, ...more };
  await createPipeline({ ...deps, store }).run([salesOnly('C-1')], { redelivers: true });
  return lines;
}

test('a batch that is held because the state store does not answer says so, whatever the sample', async () => {
  const read = async (): Promise<never> => {
    throw new Fault('store.unavailable', 'down');
  };
  expect(await withStore({ read })).toMatchObject([
    { level: 'warn', event: 'batch', endings: { held: 1 }, faults: { 'store.unavailable': 1 } },
  ]);
});

test('a record whose state the store refuses has a line of its own, as has one that a target refuses', async () => {
  const write: StateStore['write'] = async (writes) =>
    writes.map(() => ({ ok: false, reason: 'refused', fault: new Fault('store.too-large', 'too large') }));
  const lines = await withStore({ write });
  expect(lines).toMatchObject([
    { level: 'warn', event: 'batch', endings: { parked: 1 } },
    { level: 'warn', event: 'record.refused', message: 'C-1-1', ending: 'parked', code: 'store.too-large' },
  ]);
  expect(lines[1]).not.toHaveProperty('connection');
});

test('a batch that is held by a breaker that was open before it is told as well', async () => {
  const { lines, log } = sampledAway();
  const w = world({ more: { log } });
  await breakSales(w);
  lines.length = 0;
  await w.run([salesOnly('C-2')]);
  expect(lines).toMatchObject([{ event: 'batch', faults: { 'remote.unavailable': 1 } }]);
});

test.each([
  ['malformed', (w: ReturnType<typeof world>) => w.run([message('torn', '{')])],
  [
    'rejected',
    (w: ReturnType<typeof world>) => {
      w.says = () => refused;
      return w.run([salesOnly('C-1')]);
    },
  ],
] as const)('a batch in which something ended as %s is told', async (ending, run) => {
  const { lines, log } = sampledAway();
  const w = world({ more: { log } });
  expect(await run(w)).toEqual([ending]);
  expect(lines[0]).toMatchObject({ level: 'warn', event: 'batch', endings: { [ending]: 1 } });
});

test('a batch that went well is a line like any other: the sample may leave it out', async () => {
  const { lines, log } = sampledAway();
  const w = world({ more: { log } });
  expect(await w.run([salesOnly('C-1')])).toEqual(['delivered']);
  expect(lines).toEqual([]);
});
