import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { runForget } from '../../cli/forget.js';
import { MARKS_ID, marksIn } from '../../shared/core/outdated.js';
import type { StateStore } from '../../shared/core/ports.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { closeMemories, openStore } from '../../shared/stores/open.js';
import { foundOf } from '../contracts/store-steps.js';
import { fakeClock } from '../support/fakes.js';
import { runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-forget-'));
afterAll(() => rmSync(folder, { recursive: true }));
const config = join(folder, 'tributary.yaml');
writeFileSync(
  config,
  `audiences: { hot: hot-1 }
person: { key: [crmid, email] }
connections:
  sales: { type: http, url: "https://crm.example.com/rows" }
  desk: { type: http, url: "https://desk.example.com/calls" }
rules:
  - name: rows
    when: { member: hot }
    do:
      - { upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot } } }
      - { upsert: sales/Lead, match: { Id: $key }, set: { Hot: { member: hot } } }
    otherwise: [{ 'remove from': sales/Campaign, list: news, match: { Id: $key } }]
  - name: task
    when: { entered: hot }
    do:
      - { send: sales/Task, set: { Subject: { value: Call } } }
      - { send: desk/Call, set: { Subject: { value: Call } } }
`,
);

const clock = fakeClock();
const env = { TRIBUTARY_CONFIG: config, TRIBUTARY_STATE: 'memory:forget' };
const forget = (...args: string[]) => runLent(runForget, args, { env, clock });
const open = (): Promise<StateStore> => openStore('memory:forget', { clock });

const holding = (...targets: string[]): PersonState => ({
  ...EMPTY_STATE,
  written: new Map(targets.map((target) => [target, new Map([['Hot', { hash: 'x', at: 0 }]])])),
  accepted: new Map(targets.map((target) => [target, 1])),
});

async function marks() {
  const found = foundOf(await (await open()).read([MARKS_ID]), MARKS_ID);
  return found ? [...marksIn(found.state)] : [];
}

test('an object that no rule changes is a slip, not something to forget', async () => {
  const { status, err } = await forget('--connection', 'sales', '--object', 'Contacts');
  expect([status, err]).toEqual([2, expect.stringContaining('did you mean "Contact"?')]);
  expect(await marks()).toEqual([]);
});

beforeEach(async () => {
  closeMemories();
  const store = await open();
  const states = {
    'crmid:C-1': holding('sales/Contact/Id=C-1', 'sales/Lead/Id=C-1'),
    'email:C-1': holding(),
  };
  await store.write(Object.entries(states).map(([id, state]) => ({ id, state, expected: undefined })));
});

test.each(['C-1', 'crmid:C-1', 'CRMID:C-1'])(
  '--person %s: the rows of that person are in doubt',
  async (key) => {
    const said = await forget('--person', key);
    expect(said).toMatchObject({
      status: 0,
      out: '2 rows in doubt now; each is written again with the next record that concerns it\n',
    });
    const id = 'crmid:C-1';
    const state = foundOf(await (await open()).read([id]), id)?.state;
    expect([...(state?.unsure ?? [])]).toEqual(['sales/Contact/Id=C-1', 'sales/Lead/Id=C-1']);
    expect(state?.accepted.size).toBe(0);
  },
);

test('--person of nobody: said, and the status tells', async () => {
  expect(await forget('--person', 'C-9')).toMatchObject({ status: 1, out: 'nobody is known by that key\n' });
});

test('--rule: every object it writes to, its otherwise included', async () => {
  const said = await forget('--rule', 'rows', '--json');
  const places = ['sales/Contact', 'sales/Lead', 'sales/Campaign'];
  expect(JSON.parse(said.out)).toEqual({ persons: 0, rows: 0, places });
  expect(await marks()).toEqual(places.map((place) => [place, clock.now()]));
});

test('--connection, with and without --object', async () => {
  expect((await forget('--connection', 'sales', '--object', 'Lead')).status).toBe(0);
  expect((await forget('--connection', 'sales')).out).toContain('for everybody, up to now: sales\n');
  expect(await marks()).toEqual([
    ['sales/Lead', clock.now()],
    ['sales', clock.now()],
  ]);
});

test.each([
  [['--rule', 'row'], 'there is no rule named "row"; did you mean "rows"?'],
  [['--connection', 'sale'], 'there is no connection named "sale"; did you mean "sales"?'],
])('%j: names what was meant', async (args, text) => {
  const said = await forget(...args);
  expect(said.status).toBe(2);
  expect(said.err).toContain(text);
  expect(await marks()).toEqual([]);
});

test('a rule that writes no rows has nothing to forget', async () => {
  expect(await forget('--rule', 'task')).toMatchObject({ status: 1, out: 'that rule writes no rows\n' });
});

test.each([
  [[], 'exactly one of'],
  [['--person', 'C-1', '--rule', 'rows'], 'exactly one of'],
  [['--person', 'C-1', '--object', 'Lead'], '--object belongs to --connection'],
  [['C-1'], 'positional'],
])('%j is wrong use', async (args, text) => {
  const said = await forget(...args);
  expect(said.status).toBe(2);
  expect(said.err).toContain(text);
});

test.each([[['desk']], [['desk', '--object', 'Call']], [['sales', '--object', 'Task']]])(
  '--connection %j, where rules only send: nothing is forgotten, and that is said',
  async (words) => {
    const said = await forget('--connection', ...words);
    expect(said).toMatchObject({
      status: 1,
      out: expect.stringContaining('nothing was forgotten: no rule writes'),
    });
    expect(JSON.parse((await forget('--connection', ...words, '--json')).out).places).toEqual([]);
    expect(await marks()).toEqual([]);
  },
);

test('one row is one row', async () => {
  const state = holding('sales/Contact/Id=C-2');
  await (await open()).write([{ id: 'crmid:C-2', state, expected: undefined }]);
  expect((await forget('--person', 'crmid:C-2')).out).toMatch(/^1 row in doubt now;/);
});
