import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { runForget } from '../../cli/forget.js';
import { paintOf } from '../../cli/paint.js';
import { runWhy } from '../../cli/why.js';
import { whyText } from '../../cli/why-view.js';
import { auditOn } from '../../shared/audit/audit.js';
import { loadRules } from '../../shared/config/load-rules.js';
import type { Message } from '../../shared/core/ports.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { closeMemories, openStore } from '../../shared/stores/open.js';
import { START, says } from '../audit/world.js';
import { fakeClock, fakeCrm, fakeDeps } from '../support/fakes.js';
import { runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-why-'));
afterAll(() => rmSync(folder, { recursive: true }));
const config = join(folder, 'tributary.yaml');
const TEXT = `audiences: { hot: hot-1, vip: { id: vip-1, namespace: crm } }
person: { key: [crmid, email] }
consent: { require: consent }
connections: { sales: { type: http, url: "https://crm.example.com/rows" } }
rules:
  - name: hot contacts
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Email: mail }, set: { Name: name, Hot: { member: hot } } }]
  - name: call
    when: { entered: vip }
    do: [{ send: sales/Task, set: { Subject: { value: Call } } }]
`;
writeFileSync(config, TEXT);

const clock = fakeClock();
const env = { TRIBUTARY_CONFIG: config, TRIBUTARY_STATE: 'memory:why' };
const why = (...args: string[]) => runLent(runWhy, args, { env, clock });

async function deliver(values: boolean, ...messages: Message[]): Promise<void> {
  const loaded = loadRules(TEXT, config, NO_TOOLS);
  if (!loaded.ok) throw new Error('the rules of this test are wrong');
  const crm = fakeCrm({
    answer: ({ fields }) =>
      fields['Name'] === 'refused'
        ? { kind: 'rejected', code: 'STRING_TOO_LONG', text: 'bad\u001b[2Jname', field: 'Name' }
        : { kind: 'accepted', id: '003-1', created: false, requestId: 'req-9' },
  });
  const store = await openStore('memory:why', { clock });
  const audit = auditOn(store, clock, { days: 30, values });
  await createPipeline({ ...fakeDeps(loaded.rules, crm), store, clock, audit }).run(messages, {
    redelivers: true,
  });
}

beforeEach(closeMemories);

test('a row is told by its key and by the id of the target, with the place of its rule', async () => {
  await deliver(false, says('495/7', 'C-1', { hot: true, name: 'Ada' }));
  const told = await why('sales/Contact/C-1@example.com');
  expect(told.out).toBe(
    `sales/Contact/C-1@example.com

2026-09-21 14:13:20Z  updated
  because   hot contacts (member of hot)  ${config}:6
  audience  hot: entered, as of 2026-09-21 14:13:20Z
  event     test 495/7 record 0, taken in 2026-09-21 14:13:20Z
  request   req-9
  person    hash(crmid:C-1) in the logs
  FIELD  VALUE              RULE
  Name   withheld  changed  hot contacts
  Hot    withheld  changed  hot contacts
`,
  );
  expect(told.status).toBe(0);
  expect((await why('sales/Contact/003-1')).out).toContain('hot contacts (member of hot)');
});

test('of nobody and nothing nothing is told, with status 1', async () => {
  await deliver(false, says('1', 'C-1', { hot: true }));
  for (const args of [['sales/Contact/C-2@example.com'], ['--person', 'C-2'], ['sales/Lead/003-1']]) {
    const told = await why(...args);
    expect([told.status, told.out, told.err]).toEqual([
      1,
      '',
      expect.stringContaining('nothing is kept of that'),
    ]);
  }
  expect(JSON.parse((await why('--json', 'sales/Contact/nobody')).out)).toEqual({ rows: [], persons: [] });
});

test('--since leaves out what was before', async () => {
  await deliver(false, says('1', 'C-1', { hot: true }));
  clock.advance(7_200_000);
  await deliver(false, says('2', 'C-1', { hot: false, second: 9 }));
  const eventsOf = async (...args: string[]) =>
    [...(await why('sales/Contact/003-1', ...args)).out.matchAll(/event +test (\d)/g)].map(([, id]) => id);
  expect(await eventsOf()).toEqual(['1', '2']);
  expect(await eventsOf('--since', '1h')).toEqual(['2']);
  expect(await eventsOf('--since', '2d')).toEqual(['1', '2']);
});

test('--person tells rows, sends, what came to nothing, and how they stand', async () => {
  await deliver(false, says('1', 'C-1', { hot: true, vip: true }), says('2', 'C-2', { vip: false }));
  for (const key of ['C-1', 'crmid:C-1', 'CRMID:C-1']) {
    const { out } = await why('--person', key);
    expect(out).toContain('sales/Contact/C-1@example.com\n');
    expect(out).toContain('sales/Task, once\n');
    expect(out).toContain('  hot: a member, as of 2026-09-21 14:13:20Z');
  }
  const { out } = await why('--person', 'C-2');
  expect(out).toContain('nothing sent: no rule wants it');
  expect(out).toContain('audience  vip: left, as of');
});

test('--person says which object refused a row that was never written', async () => {
  await deliver(false, says('1', 'C-3', { hot: true, vip: true, name: 'refused' }));
  const [written = '', nothing = ''] = (await why('--person', 'C-3')).out.split('what came to nothing');
  expect(nothing).toContain('refused: STRING_TOO_LONG (Name)\n  object    sales/Contact, matched on Email\n');
  // What stands under the name of its row does not say it again.
  expect(written).toContain('sales/Task, once\n');
  expect(written).not.toContain('  object  ');
});

test('JSON has everything named, times as texts, and values only when they are kept', async () => {
  await deliver(true, says('1', 'C-1', { hot: true, name: 'Ada' }));
  const { rows } = JSON.parse((await why('--json', 'sales/Contact/003-1')).out);
  expect(rows[0].entries[0]).toMatchObject({
    rules: [{ name: 'hot contacts', at: `${config}:6` }],
    audiences: [{ key: 'ups/hot-1', name: 'hot', change: 'entered', at: new Date(START).toISOString() }],
    fields: [
      { name: 'Name', value: 'Ada' },
      { name: 'Hot', value: true },
    ],
  });
});

test('what a hostile event or target says cannot touch the terminal', async () => {
  const hostile = '\u001b]0;owned\u0007\u202e<script>';
  await deliver(true, says(`id${hostile}`, `C${hostile}`, { hot: true, name: 'refused' }));
  await deliver(true, says('2', `C${hostile}`, { hot: true, name: hostile.repeat(50), second: 1 }));
  const { out } = await why('sales/Contact/003-1');
  expect(out).toContain('bad\\u{1b}[2Jname');
  expect(out).toContain('<script>');
  // Nothing but line ends may be what moves, hides or turns.
  expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('without the rule file everything else is told all the same', async () => {
  await deliver(false, says('1', 'C-1', { hot: true }));
  const told = await why('--config', join(folder, 'none.yaml'), 'sales/Contact/003-1');
  expect(told.status).toBe(0);
  expect(told.out).toContain('audience  ups/hot-1: entered');
  expect(told.err).toContain('places of rules and names of audiences are not told');
});

test('who is forgotten is forgotten here, too', async () => {
  await deliver(false, says('1', 'C-1', { hot: true, vip: true }));
  expect((await runLent(runForget, ['--person', 'C-1'], { env, clock })).status).toBe(0);
  expect((await why('sales/Contact/003-1')).status).toBe(1);
  expect((await why('sales/Contact/C-1@example.com')).status).toBe(1);
  expect((await why('--person', 'C-1')).out).not.toContain('hot contacts');
});

test.each([
  [['sales/Contct/C-1'], 'no rule writes "sales/Contct"; did you mean "sales/Contact"?'],
  [['crm/Lead/C-1'], 'no rule writes "crm/Lead"; they write sales/Contact, sales/Task'],
  [['--person', '102600dec26b0199'], 'tributary parked list --person 102600dec26b0199'],
  [['sales/Contact/C-9'], 'has no entry: tributary parked lists it'],
])('where nothing is kept of %j it is said why that may be', async (args, said) => {
  const { status, out, err } = await why(...args);
  expect([status, out]).toEqual([1, '']);
  expect(err).toContain(said);
});

test.each([
  [1, '1 row without a last word: waiting (tributary parked)'],
  [2, '2 rows without a last word: waiting (tributary parked)'],
])('rows that wait are said to wait: %d', (unsure, said) => {
  const told = { rows: [], persons: [{ entries: [], now: { audiences: [], unsure } }] };
  expect(whyText(told, paintOf(false))).toContain(said);
});

test.each([
  [1, 'and 1 more event\n', 'and 1 more field\n'],
  [2, 'and 2 more events\n', 'and 2 more fields\n'],
])('what is left out of an entry is counted: %d', (more, events, fields) => {
  const entry = {
    at: '2026-11-22T08:00:00.000Z',
    causes: [],
    rules: [],
    audiences: [],
    messages: [],
    moreMessages: more,
    fields: [{ name: 'Email', rule: 'rows', changed: true }],
    moreFields: more,
    answer: { kind: 'updated' as const },
    persons: ['102600dec26b0199'],
  };
  const told = {
    rows: [{ connection: 'sales', object: 'Contact', key: 'C-1', entries: [entry] }],
    persons: [],
  };
  const text = whyText(told, paintOf(false));
  expect([text.includes(events), text.includes(fields)]).toEqual([true, true]);
});

test.each([
  [[]],
  [['a/b']],
  [['a/b/c', 'd/e/f']],
  [['a/b/c', '--person', 'x']],
  [['a/b/c', '--since', 'never']],
  [['--what']],
])('wrong use %j is told with status 2', async (args) => {
  const { status, err, out } = await why(...args);
  expect([status, out]).toEqual([2, '']);
  expect(err).toContain('tributary why: ');
});

test('--help says what it takes', async () => {
  expect(await why('--help')).toMatchObject({ status: 0, out: expect.stringContaining('--person KEY') });
});
