import { expect, test } from 'vitest';
import type { Log } from '../../shared/core/ports.js';
import type { Outcome } from '../../shared/core/remote.js';
import { decodeKept, encodeKept } from '../../shared/stores/kept-codec.js';
import { busy, down, people, refused, salesOnly, world } from './hold-world.js';

function logged() {
  const lines: Record<string, unknown>[] = [];
  const log: Log = { write: (level, event, fields) => void lines.push({ level, event, ...fields }) };
  const w = world({ more: { log } });
  return { w, lines, of: (event: string) => lines.filter((line) => line['event'] === event) };
}

const named = (outcome: Outcome, requestId: string): Outcome => ({ ...outcome, requestId });

test('from the position in the stream to the request at the target: line, letter and batch name it', async () => {
  const { w, of } = logged();
  w.says = ({ key }) => (key['Id'] === 'C-1' ? named(refused, 'crm-7') : undefined);
  await w.run(people(3));
  expect(of('record.refused')).toMatchObject([
    {
      level: 'warn',
      batch: 'run-1',
      message: 'C-1-1',
      record: 0,
      ending: 'rejected',
      connection: 'sales',
      requestId: 'crm-7',
      code: 'remote.rejected',
    },
  ]);
  expect(of('batch')).toMatchObject([{ requests: { sales: ['crm-7'] } }]);
  const [letter] = w.deps.deadLetters.all();
  expect(letter).toMatchObject({ requestId: 'crm-7', remote: { connection: 'sales', code: 'NO' } });
  if (!letter) throw new Error('there is no letter');
  expect(decodeKept(encodeKept(letter))).toMatchObject({ ok: true, value: { kept: { requestId: 'crm-7' } } });
});

test('what is tried again later names the request that failed, in its letter too when it is given up', async () => {
  const { w, of } = logged();
  w.says = () => named(busy, 'crm-8');
  await w.run([salesOnly('C-1')]);
  expect(w.parked()).toMatchObject([{ requestId: 'crm-8' }]);
  expect(of('record.refused')).toMatchObject([{ ending: 'parked', requestId: 'crm-8', connection: 'sales' }]);
  await w.run([{ ...salesOnly('C-1'), attempts: 99, firstSeen: 0 }]);
  expect(w.deps.deadLetters.all()).toMatchObject([{ fault: { code: 'park.exhausted' }, requestId: 'crm-8' }]);
});

test('a breaker that opens says which request told so', async () => {
  const { w, of } = logged();
  w.says = () => named(down(), 'crm-9');
  await w.run([salesOnly('C-1')]);
  expect(of('breaker.opened')).toMatchObject([{ connection: 'sales', requestId: 'crm-9' }]);
});

test('a target that refuses everything writes twenty lines, and how many more there are', async () => {
  const { w, of } = logged();
  w.says = () => refused;
  await w.run(people(50));
  expect(of('record.refused')).toHaveLength(21);
  expect(of('record.refused').at(-1)).toMatchObject({ more: 30 });
});

test('where targets name nothing, nothing is said of it', async () => {
  const { w, of } = logged();
  w.says = () => refused;
  await w.run([salesOnly('C-1')]);
  expect(of('batch')).toMatchObject([{ requests: {} }]);
  expect(w.deps.deadLetters.all()[0]).not.toHaveProperty('requestId');
  expect(JSON.stringify(of('record.refused'))).not.toContain('requestId');
});
