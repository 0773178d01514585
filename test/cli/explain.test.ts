import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runExplain } from '../../cli/explain.js';
import { runPlan } from '../../cli/plan.js';
import { type Lent, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = join(folder, 'rules.yaml');
writeFileSync(
  config,
  `audiences: { hot: hot-1, vip: vip-1, other: other-1 }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://crm.example.com" } }
rules:
  - name: contact
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot }, Tier: { value: Hot } } }]
  - name: vip
    when: { member: vip }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Tier: { value: VIP } } }]
  - name: task
    when: { entered: hot }
    if: loyalty.points >= 1000 and person.name.lastName exists
    do: [{ send: sales/Task, set: { Subject: { value: Call } } }]
`,
);

const event = (status: string, second: number, more: object = {}): string =>
  `${JSON.stringify({
    identityMap: { CRMID: [{ id: 'C-1' }] },
    segmentMembership: {
      ups: {
        'hot-1': { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` },
        'vip-1': { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00Z' },
      },
    },
    ...more,
  })}\n`;

const explain = (args: readonly string[], lent: Lent = {}) =>
  runLent(runExplain, ['--config', config, ...args], lent);

test('every audience, every rule with the clause that failed, every field with who won it', async () => {
  const said = await explain([], { input: event('realized', 10, { loyalty: { points: 10 } }) });
  expect(said).toEqual({
    status: 0,
    err: '',
    out: `stdin:1  crmid:C-1  taken in 2026-11-01T10:00:10Z

AUDIENCES
  hot  entered: nothing known -> member, as of 2026-11-01T10:00:10Z
  vip  entered: nothing known -> member, as of 2026-11-01T10:00:00Z
  nothing is known of 1 more

RULES
  contact: matched
    when  yes  member of hot
  vip: matched
    when  yes  member of vip
  task: did not match
    when  yes  entered hot
    if    no   all of
            no   loyalty.points >= 1000  saw 10
            no   person.name.lastName exists  saw nothing

ACTIONS
  upsert sales/Contact Id=C-1: would be sent
    Hot   true  from: contact
    Tier  VIP  from: vip; contact wanted Hot

ENDING
  delivered
`,
  });
});

test('the events before the one that is meant are known', async () => {
  const input = event('realized', 10) + event('realized', 10) + event('exited', 20);
  const second = await explain(['--record', '2'], { input });
  expect(second.out).toContain('hot  stayed: member, as of 2026-11-01T10:00:10Z -> member');
  expect(second.out).toContain(
    '  upsert sales/Contact Id=C-1: not sent: the target holds all of it already\n',
  );
  expect(second.out).toContain('ENDING\n  unchanged\n');
  const third = await explain(['--record', '3'], { input });
  expect(third.out).toContain(
    '  contact: outside: fields follow, constants stay\n    when  no   member of hot  (hot: not a member',
  );
  expect(third.out).toContain('    when  no   entered hot  (hot: left)\n');
});

test('so is a saved state', async () => {
  const state = join(folder, 'state');
  await runLent(runPlan, ['--config', config, '--save-state', state], { input: event('realized', 10) });
  const { out } = await explain(['--state', state], { input: event('exited', 20) });
  expect(out).toContain('hot  left: member, as of');
});

test('--json holds the same', async () => {
  const { out } = await explain(['--json'], { input: event('realized', 10) });
  expect(JSON.parse(out)).toMatchObject({
    file: 'stdin',
    line: 1,
    at: '2026-11-01T10:00:10Z',
    person: 'crmid:C-1',
    audiences: [
      { name: 'hot', before: null, after: { member: true, at: '2026-11-01T10:00:10Z' }, change: 'entered' },
      { name: 'vip' },
      { name: 'other', before: null, after: null, change: null },
    ],
    rules: [
      { rule: 'contact', outcome: 'does', when: { text: 'member of hot', holds: true } },
      { rule: 'vip' },
      {
        rule: 'task',
        outcome: 'nothing',
        if: {
          holds: false,
          items: [
            { text: 'loyalty.points >= 1000', holds: false, missing: true },
            { text: 'person.name.lastName exists', holds: false, missing: true },
          ],
        },
      },
    ],
    actions: [
      {
        operation: 'upsert',
        key: { Id: 'C-1' },
        sent: true,
        fields: [
          { name: 'Hot', value: true, rule: 'contact' },
          { name: 'Tier', value: 'VIP', rule: 'vip', lost: [{ rule: 'contact', value: 'Hot' }] },
        ],
      },
    ],
    ending: 'delivered',
  });
});

test.each([
  ['what cannot be read', 'rubbish', 'malformed\n  decode.json: ', 1],
  ['who has no key', '{"identityMap":{"ECID":[{"id":"1"}]}}', 'unaddressed\n  person.unaddressed: ', 0],
])('%s has an ending and its reason only', async (_, input, ending, expected) => {
  const { status, out } = await explain([], { input });
  expect(status).toBe(expected);
  expect(out).toContain(`ENDING\n  ${ending}`);
  expect(out).not.toContain('RULES');
});

test.each([
  ['no such event', ['--record', '3'], event('realized', 10), 1, 'there is no event number 3'],
  ['no event at all', [], '', 1, 'there is no event number 1'],
  ['one of several, and nobody says which', [], event('realized', 10).repeat(2), 2, 'say which one is meant'],
  ['a number that is none', ['--record', '0'], '', 2, '--record takes a number from 1'],
  ['an option nobody knows', ['--rule', 'x'], '', 2, "Unknown option '--rule'"],
])('%s', async (_, args, input, expected, text) => {
  const { status, out, err } = await explain(args, { input });
  expect([status, out]).toEqual([expected, '']);
  expect(err).toContain(`tributary explain: `);
  expect(err).toContain(text);
});

test('--help says how, on standard output', async () => {
  const { status, out } = await explain(['--help']);
  expect([status, out.startsWith('tributary explain ')]).toEqual([0, true]);
});

test('what was accepted too long ago is written again, as the pipeline does', async () => {
  const refresh = join(folder, 'refresh.yaml');
  writeFileSync(refresh, `refresh: { days: 1 }\n${readFileSync(config, 'utf8')}`);
  const later = (day: number): string =>
    event('realized', 10, {
      segmentMembership: { ups: { 'other-1': { lastQualificationTime: `2026-11-0${day}` } } },
    });
  const input = event('realized', 10) + later(2) + later(4);
  const sent = async (record: string) =>
    (await explain(['--config', refresh, '--record', record], { input })).out;
  expect(await sent('2')).toContain('not sent: the target holds all of it already');
  expect(await sent('3')).toContain('upsert sales/Contact Id=C-1: would be sent');
  expect(await sent('3')).toContain('ENDING\n  delivered\n');
});

test('on the way to a record far into a file it is told how far it is, on a terminal alone', async () => {
  const input = [1, 2, 3].map((second) => event('realized', second)).join('');
  const args = ['--record', '3', '--format', 'json', '-'];
  const seen = await explain(args, { input, screen: { out: false, err: true, colours: false } });
  expect(seen.err).toMatch(/records, \d+ a second/);
  expect(seen.err.endsWith('\r\u001b[K')).toBe(true);
  expect(await explain(args, { input })).toMatchObject({ err: '', out: seen.out });
});
