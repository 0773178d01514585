import { expect, test } from 'vitest';
import { why } from '../../shared/audit/why.js';
import { Fault } from '../../shared/core/fault.js';
import type { StateStore } from '../../shared/core/ports.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
import { foundOf } from '../contracts/store-steps.js';
import { fakeCrm } from '../support/fakes.js';
import { audited, START, says, watched } from './world.js';

test('a change is told with its event, rule, transition and answer', async () => {
  const world = audited(
    fakeCrm({ answer: () => ({ kind: 'accepted', created: true, id: '003A', requestId: 'req-1' }) }),
  );
  expect(await world.run(says('seq-7', 'C-1', { hot: true, name: 'Ada' }))).toEqual(['delivered']);
  const { rows } = await world.row('c-1@example.com');
  expect(rows).toEqual([
    {
      connection: 'sales',
      object: 'Contact',
      key: 'c-1@example.com',
      dropped: undefined,
      entries: [
        {
          at: START,
          persons: [{ name: 'hash(crmid:C-1)', key: expect.stringMatching(/^[0-9a-f]{32}$/) }],
          operation: 'upsert',
          place: 'sales/Contact',
          match: 'Email',
          spelling: expect.stringMatching(/^[0-9a-f]{8}$/),
          causes: ['hot contacts (member of hot)'],
          rules: ['hot contacts'],
          audiences: [{ key: 'ups/hot-1', change: 'entered', member: true, at: START * 1000 }],
          messages: [{ id: 'seq-7', source: 'test', at: START, record: 0 }],
          fields: [
            { name: 'Name', rule: 'hot contacts', changed: true },
            { name: 'Hot', rule: 'hot contacts', changed: true },
          ],
          answer: { kind: 'created', requestId: 'req-1' },
        },
      ],
    },
  ]);
});

test('the row is found by the id that the target has for it, and by its key in any case', async () => {
  const world = audited(fakeCrm({ answer: () => ({ kind: 'accepted', id: '0035g00000XyZ12AAF' }) }));
  await world.run(says('1', 'C-1', { hot: true }));
  for (const key of ['0035g00000XyZ12AAF', 'C-1@EXAMPLE.com']) {
    const { rows } = await world.row(key);
    expect(rows.map((row) => [row.key, row.entries.length])).toEqual([[key, 1]]);
  }
  expect(await world.row('0035g00000XyZ99AAF')).toEqual({ rows: [], persons: [] });
  expect(await world.row('0035g00000XyZ12AAF', 'Lead')).toEqual({ rows: [], persons: [] });
});

test('fields that held the same before are told apart from those that changed', async () => {
  const world = audited(fakeCrm());
  await world.run(says('1', 'C-1', { hot: true, name: 'Ada' }));
  await world.run(says('2', 'C-1', { hot: false, second: 5, name: 'Ada' }));
  const [row] = (await world.row('C-1@example.com')).rows;
  expect(row?.entries.map(({ fields }) => fields.map(({ name, changed }) => [name, changed]))).toEqual([
    [
      ['Name', true],
      ['Hot', true],
    ],
    [
      ['Name', false],
      ['Hot', true],
    ],
  ]);
  expect(row?.entries.map(({ audiences }) => audiences.map(({ change }) => change))).toEqual([
    ['entered'],
    ['left'],
  ]);
});

test('no value is kept unless the file asks for it; nor an id, nor what the target said', async () => {
  const text = 'ada@example.com is there already';
  const refuse = { kind: 'rejected', code: 'DUPLICATE', text, field: 'Name' } as const;
  const kept = async (values: boolean): Promise<string> => {
    const crm = fakeCrm({ answer: ({ fields }) => (fields['Name'] === 'Lovelace' ? refuse : undefined) });
    const { store, written } = watched();
    const world = audited(crm, { days: 30, values }, undefined, store);
    await world.run(says('1', 'C-77', { hot: true, vip: true, name: 'Lovelace' }));
    await world.run(says('2', 'C-77', { hot: true, name: 'Ada', second: 5 }));
    return JSON.stringify(written());
  };
  const personal = ['Lovelace', 'Ada', 'C-77@', 'c-77@', 'there already'];
  const [off, on] = [await kept(false), await kept(true)];
  expect(personal.filter((one) => off.includes(one))).toEqual([]);
  expect(personal.filter((one) => !on.includes(one))).toEqual(['C-77@', 'c-77@']);
  for (const page of [off, on]) expect(page).toContain('DUPLICATE');
});

test('of a person everything is told: rows, things done once, and how they stand', async () => {
  const world = audited(fakeCrm());
  await world.run(says('1', 'C-1', { hot: true, vip: true }));
  const { rows, persons } = await world.person('crmid:C-1');
  expect(rows.map(({ object, entries }) => [object, entries.length])).toEqual([
    ['Contact', 1],
    ['Task', 1],
  ]);
  expect(rows[1]?.key).toMatch(/^!/);
  expect(rows[1]?.entries[0]).toMatchObject({
    operation: 'send',
    causes: ['call (entered vip)'],
    fields: [{ name: 'Subject', rule: 'call', changed: true }],
  });
  expect(persons.map(({ now }) => now)).toMatchObject([
    {
      standing: [
        { key: 'ups/hot-1', member: true },
        { key: 'crm/vip-1', member: true },
      ],
      newestRecord: START,
    },
  ]);
});

test('what came to nothing is told once for each change of membership, and not with every export', async () => {
  const world = audited(fakeCrm());
  await world.run(says('1', 'C-1', { vip: false }));
  await world.run(
    says('2', 'C-1', { vip: false, name: 'Ada' }),
    says('3', 'C-1', { vip: false, name: 'Eve' }),
  );
  const [ada] = (await world.person('crmid:C-1')).persons;
  expect(
    ada?.entries.map(({ answer, audiences, messages }) => [answer, audiences[0]?.change, messages[0]?.id]),
  ).toEqual([[{ kind: 'nothing', why: 'no-rule' }, 'left', '1']]);
  await world.run(says('4', 'C-2', { hot: true, vip: true, consent: 'n' }));
  const [eve] = (await world.person('crmid:C-2')).persons;
  expect(eve?.entries.map(({ answer, audiences }) => [answer.why, audiences.length])).toEqual([
    ['withheld', 2],
  ]);
});

test('a send that is muted because its edge was history is told as such', async () => {
  const world = audited(fakeCrm());
  await world.run(says('1', 'C-1', { vip: true, second: -90 * 86_400 }));
  const late = says('2', 'C-2', { vip: true, second: -90 * 86_400 });
  await world.run({ ...late, at: START });
  const told = async (id: string) => (await world.person(id)).persons[0]?.entries.map(({ muted }) => muted);
  expect(await told('crmid:C-1')).toEqual([]);
  expect(await told('crmid:C-2')).toEqual([['call']]);
});

test('a row that several persons share was written once, for all of them', async () => {
  const world = audited(fakeCrm());
  const both = ['C-1', 'C-2'].map((person) => says(person, person, { hot: true, mail: 'both@example.com' }));
  await world.run(...both);
  const { entries } = (await world.row('both@example.com')).rows[0] ?? {};
  expect(
    entries?.map(({ persons, messages }) => [persons.map(({ name }) => name), messages.map(({ id }) => id)]),
  ).toEqual([
    [
      ['hash(crmid:C-1)', 'hash(crmid:C-2)'],
      ['C-1', 'C-2'],
    ],
  ]);
});

test('a row that is refused each time its record comes back is one entry that counts', async () => {
  const down = new Fault('remote.unavailable', 'down');
  let requests = 0;
  const crm = fakeCrm({
    answer: ({ object }) =>
      object === 'Task'
        ? { kind: 'retry', scope: 'connection', fault: down }
        : { kind: 'rejected', code: 'BAD', text: 'bad', requestId: `req-${++requests}` },
  });
  const world = audited(crm);
  for (let i = 0; i < 3; i++) {
    expect(await world.run(says('1', 'C-1', { hot: true, vip: true }))).toEqual(['held']);
    world.deps.clock.advance(600_000);
  }
  const [row] = (await world.row('C-1@example.com')).rows;
  expect(row?.entries.map(({ answer, times }) => [answer.requestId, times])).toEqual([['req-3', 3]]);
});

test('silence is told: nobody knows whether it was done', async () => {
  const fault = new Fault('remote.timeout', 'no answer');
  let asked = 0;
  const world = audited(
    fakeCrm({ answer: () => (++asked <= 3 ? { kind: 'unknown', fault } : { kind: 'accepted' }) }),
  );
  await world.run(says('1', 'C-1', { hot: true }));
  world.deps.clock.advance(600_000);
  await world.run(says('1', 'C-1', { hot: true }));
  const [row] = (await world.row('C-1@example.com')).rows;
  expect(row?.entries.map(({ answer, again }) => [answer, again])).toEqual([
    [{ kind: 'unanswered', code: 'remote.timeout' }, undefined],
    [{ kind: 'accepted' }, true],
  ]);
});

test('an audit that cannot be written changes no ending, and the metrics say so', async () => {
  const broken: StateStore = {
    kind: 'memory',
    read: () => Promise.reject(new Fault('store.unavailable', 'down')),
    write: () => Promise.reject(new Error('a broken program')),
  };
  for (const store of [broken, { ...broken, read: () => Promise.resolve(new Map()) }]) {
    const world = audited(fakeCrm(), { days: 30, values: true }, undefined, store);
    expect(await world.run(says('1', 'C-1', { hot: true, vip: true }))).toEqual(['delivered']);
    expect(world.deps.metrics.valuesOf('AuditLost')).toEqual([2]);
  }
});

test('a page that a newer version wrote is left alone, and that is told', async () => {
  const { store, written } = watched();
  const world = audited(fakeCrm(), undefined, undefined, store);
  await world.run(says('1', 'C-1', { hot: true }));
  const [id = ''] = written().map(([name]) => name);
  const version = foundOf(await store.read([id]), id)?.version;
  const values = new Map([['page', { value: { entries: 'in another way' }, at: START }]]);
  await store.write([{ id, state: { ...EMPTY_STATE, values }, expected: version }]);
  expect(await world.run(says('2', 'C-1', { hot: false, second: 1 }))).toEqual(['delivered']);
  expect(world.deps.metrics.valuesOf('AuditLost')).toEqual([1]);
  const row = { connection: 'sales', object: 'Contact', key: 'C-1@example.com' };
  const asked = why({ kind: 'row', row }, { store, clock: world.deps.clock, from: 0 });
  await expect(asked).rejects.toMatchObject({ code: 'store.format' });
});
