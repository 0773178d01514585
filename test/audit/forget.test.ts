import { expect, test } from 'vitest';
import { forgetAudit } from '../../shared/audit/forget.js';
import { pageOf } from '../../shared/audit/names.js';
import { fakeCrm } from '../support/fakes.js';
import { audited, says } from './world.js';

const ANSWERS = [
  ['refused', { kind: 'rejected', code: 'DUPLICATE', text: 'ada is there already', field: 'Name' }],
  ['not there', { kind: 'absent' }],
] as const;

test.each(ANSWERS)(
  'of a row that was never written (%s) the person is told, until they are forgotten',
  async (_, answer) => {
    const world = audited(fakeCrm({ answer: () => answer }), { days: 30, values: true });
    const { store } = world.deps;
    const kept = async (person: string): Promise<string> => {
      const row = { connection: 'sales', object: 'Contact', key: `${person}@example.com` };
      const [found] = (await store.read([pageOf({ kind: 'row', ...row })])).values();
      return JSON.stringify(found?.ok && [...found.value.state.values]);
    };
    const ada = says('1', 'C-1', { hot: true, name: 'Lovelace' });
    await world.run(ada, says('2', 'C-2', { hot: true, name: 'Hopper' }));
    expect(await kept('C-1')).toContain('Lovelace');
    const { persons } = await world.person('crmid:C-1');
    expect(persons.map(({ entries }) => entries.map((entry) => [entry.place, entry.answer.kind]))).toEqual([
      [['sales/Contact', answer.kind]],
    ]);
    await forgetAudit(store, 'crmid:C-1');
    expect(await kept('C-1')).not.toContain('Lovelace');
    expect(await kept('C-2')).toContain('Hopper');
  },
);
