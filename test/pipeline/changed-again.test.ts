import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { EndingName, Message } from '../../shared/core/ports.js';
import type { Connector } from '../../shared/core/remote.js';
import { toMessage } from '../../shared/pipeline/replay.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const rules = rulesOf({
  audiences: {},
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [{ name: 'told', when: { changed: 'tier' }, do: [{ send: 'sales/Task', set: { Tier: 'tier' } }] }],
});

const says = (id: number, tier: string): Message =>
  message(`${id}`, { identityMap: { crmid: [{ id: 'C-1' }] }, tier }, 1_790_000_000_000 + id);

function world() {
  const state = { trouble: 'none' as 'none' | 'crash' | 'busy' };
  const crm = fakeCrm();
  const flaky: Connector = {
    ...crm,
    async send(actions, signal) {
      if (state.trouble === 'crash') throw new TypeError('the process dies');
      const fault = new Fault('remote.row-busy', 'busy');
      if (state.trouble === 'busy') return actions.map(() => ({ kind: 'retry', scope: 'row', fault }));
      return crm.send(actions, signal);
    },
  };
  const deps = fakeDeps(rules, flaky);
  const run = async (messages: readonly Message[]): Promise<EndingName[]> =>
    (await createPipeline(deps).run(messages, { redelivers: true })).flatMap(({ endings }) =>
      endings.map(({ name }) => name),
    );
  const told = () => crm.calls.flat().map(({ fields }) => fields['Tier']);
  return { state, deps, run, told };
}

test('a change is told when its record comes again after a crash, and only then', async () => {
  const { state, deps, run, told } = world();
  await run([says(1, 'silver')]);
  state.trouble = 'crash';
  await expect(run([says(2, 'gold')])).rejects.toThrow('dies');
  deps.clock.advance(200_000);
  state.trouble = 'none';
  expect(await run([says(2, 'gold')])).toEqual(['delivered']);
  expect(await run([says(2, 'gold'), says(3, 'gold')])).toEqual(['irrelevant', 'irrelevant']);
  expect(told()).toEqual(['gold']);
});

test('a change is told when its parked record is replayed', async () => {
  const { state, deps, run, told } = world();
  await run([says(1, 'silver')]);
  state.trouble = 'busy';
  expect(await run([says(2, 'gold')])).toEqual(['parked']);
  state.trouble = 'none';
  expect(await run(deps.parking.all().map(toMessage))).toEqual(['delivered']);
  expect(told()).toEqual(['gold']);
});
