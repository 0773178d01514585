import { expect, test } from 'vitest';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';
import { base, member, of, run } from './hot-people.js';

const T0 = 1_790_000_000_000;
const household = { list: 'news', match: { Id: 'house' } };
const house = { house: 'H-1' };

/** Who stays in the household says `add`, who leaves says `remove`, of the same place. */
const listed = rulesOf({
  ...base,
  rules: [
    {
      name: 'list',
      when: { member: 'hot' },
      do: [{ 'add to': 'sales/House', ...household }],
      otherwise: [{ 'remove from': 'sales/House', ...household }],
    },
  ],
});

/** Who enters makes the row, who leaves deletes it. */
const edges = rulesOf({
  ...base,
  connections: { sales: { type: 'fake', allow: ['delete'] } },
  rules: [
    { name: 'in', when: { entered: 'hot' }, do: [{ upsert: 'sales/House', match: { Id: 'house' } }] },
    { name: 'out', when: { left: 'hot' }, do: [{ delete: 'sales/House', match: { Id: 'house' } }] },
  ],
});

const says = (id: string, second: number, status = 'realized') =>
  message(`${id}-${second}`, of(id, member('hot-1', second, status), house), T0 + second);

const operations = (crm: ReturnType<typeof fakeCrm>) => crm.calls.flat().map(({ operation }) => operation);

test.each([
  ['the exit is newer', 20, 21, ['add', 'remove']],
  ['the entry is newer', 21, 20, ['remove', 'add']],
] as const)(
  'two persons who say opposite things of one place are both heard, the newest last: %s',
  async (_, entry, exit, wanted) => {
    const crm = fakeCrm();
    await run(fakeDeps(listed, crm), [says('C-1', entry), says('C-2', exit, 'exited')]);
    expect(operations(crm)).toEqual(wanted);
  },
);

test.each([
  ['the exit is newer', 22, 23, ['upsert', 'delete']],
  ['the entry is newer', 23, 22, ['delete', 'upsert']],
] as const)(
  'a row that one wants and another deletes hears both, the newest last: %s',
  async (_, entry, exit, wanted) => {
    const crm = fakeCrm();
    const deps = fakeDeps(edges, crm);
    await run(deps, [says('C-2', 20)]);
    await run(deps, [says('C-1', entry), says('C-2', exit, 'exited')]);
    expect(operations(crm).slice(1)).toEqual(wanted);
  },
);
