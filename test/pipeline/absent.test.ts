import { expect, test } from 'vitest';
import type { EndingName, Message } from '../../shared/core/ports.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1', vip: 'vip-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake', allow: ['delete'] } },
  rules: [
    {
      name: 'note',
      when: { member: 'hot' },
      do: [{ update: 'sales/Contact', match: { Id: '$key' }, set: { Name: 'name' } }],
    },
    {
      name: 'gone',
      when: { member: 'vip' },
      do: [{ 'remove from': 'sales/Contact', list: 'news', match: { Id: '$key' } }],
    },
  ],
});

const says = (id: string, audiences: readonly string[], name: string): Message => {
  const membership = { status: 'realized', lastQualificationTime: '2026-11-01T10:00:20Z' };
  const ups = Object.fromEntries(audiences.map((audience) => [audience, membership]));
  const body = { identityMap: { crmid: [{ id: 'C-1' }] }, segmentMembership: { ups }, name };
  return message(id, body, 1_790_000_000_000 + Number(id));
};

/** A CRM with one row or none, as told. */
function sparse() {
  const there = { is: false };
  const crm = fakeCrm({ answer: () => (there.is ? undefined : { kind: 'absent' }) });
  return { there, crm, deps: fakeDeps(rules, crm) };
}

async function run(deps: PipelineDeps, ...messages: Message[]): Promise<EndingName[]> {
  const settlements = await createPipeline(deps).run(messages, { redelivers: true });
  return settlements.flatMap(({ endings }) => endings.map(({ name }) => name));
}

test('an update of a row that is not there changes nothing, is no dead letter, and is tried with the next record', async () => {
  const { there, crm, deps } = sparse();
  expect(await run(deps, says('1', ['hot-1'], 'Ada'))).toEqual(['unchanged']);
  expect(deps.deadLetters.all()).toEqual([]);
  there.is = true;
  expect(await run(deps, says('2', ['hot-1'], 'Ada'))).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Name: 'Ada' });
  expect(await run(deps, says('3', ['hot-1'], 'Ada'))).toEqual(['unchanged']);
  expect(crm.calls).toHaveLength(2);
});

test('a row that has vanished is written whole when it is there again', async () => {
  const { there, crm, deps } = sparse();
  there.is = true;
  await run(deps, says('1', ['hot-1'], 'Ada'));
  there.is = false;
  expect(await run(deps, says('2', ['hot-1'], 'Bea'))).toEqual(['unchanged']);
  there.is = true;
  expect(await run(deps, says('3', ['hot-1'], 'Ada'))).toEqual(['delivered']);
  expect(crm.calls).toHaveLength(3);
});

test('whoever is to be taken off a list and is not on it is as wished: asked once, not for every record', async () => {
  const { crm, deps } = sparse();
  expect(await run(deps, says('1', ['vip-1'], 'Ada'))).toEqual(['unchanged']);
  expect(await run(deps, says('2', ['vip-1'], 'Ada'))).toEqual(['unchanged']);
  expect(crm.calls.flat().map(({ operation }) => operation)).toEqual(['remove']);
});

test('a record is delivered when one of its rows was there', async () => {
  const { crm, deps } = sparse();
  const half = {
    ...crm,
    send: async (actions: Parameters<typeof crm.send>[0]) =>
      actions.map(({ operation }) =>
        operation === 'update' ? ({ kind: 'accepted' } as const) : ({ kind: 'absent' } as const),
      ),
  };
  const both = { ...deps, connectors: new Map([['sales', half]]) };
  expect(await run(both, says('1', ['hot-1', 'vip-1'], 'Ada'))).toEqual(['delivered']);
});
