import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { runPlan } from '../../cli/plan.js';
import { jsonLines, type Lent, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const config = file(
  'rules.yaml',
  `audiences: { hot: hot-1 }
person: { key: [crmid] }
consent: { require: consent }
connections: { sales: { type: salesforce, domain: "\${NOT_SET_HERE}", auth: { clientCredentials: { secret: "secret:nowhere" } } }, tasks: { type: http, url: "https://tasks.example.com" } }
rules:
  - name: contact
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { FirstName: person.name.firstName, Hot: { member: hot } } }]
  - name: task
    when: { entered: hot }
    do: [{ send: tasks/Task, set: { Subject: { value: Call } } }]
`,
);

const event = (id: string, status = 'realized', second = 10, more: object = { consent: 'y' }): string =>
  `${JSON.stringify({
    identityMap: { CRMID: [{ id }] },
    person: { name: { firstName: 'Ada' } },
    segmentMembership: { ups: { 'hot-1': { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` } } },
    ...more,
  })}\n`;

const plan = (args: readonly string[], lent: Lent = {}) =>
  runLent(runPlan, ['--config', config, ...args], lent);

describe('what it prints', () => {
  test('each action with its record, person, rule and transition; nothing on standard error', async () => {
    const said = await plan(['-'], { input: event('C-1') });
    expect(said).toEqual({
      status: 0,
      err: '',
      out: `stdin:1  crmid:C-1  delivered
    upsert sales/Contact Id=C-1
      FirstName  Ada
      Hot        true
      because of: contact (member of hot)
    send tasks/Task
      Subject  Call
      because of: task (entered hot)

ENDINGS
delivered               1
records in all          1

ACTIONS BY RULE
contact                 1
task                    1
actions in all          2

1 person known
`,
    });
  });

  test('records of which nothing comes are counted; those that need somebody are named', async () => {
    const input = [
      event('C-1'),
      event('C-1'),
      event('C-2', 'realized', 11, {}),
      '{"identityMap":{}}\n',
      'no JSON\n',
    ].join('');
    const { status, out } = await plan([], { input });
    expect(status).toBe(1);
    expect(out).not.toContain('stdin:2');
    expect(out).toContain('stdin:3  crmid:C-2  withheld\n    person.withheld: ');
    expect(out).toContain('stdin:4  unaddressed\n    person.unaddressed: ');
    expect(out).toContain('stdin:5  malformed\n    decode.json: ');
    expect(out).toMatch(/unchanged +1\n/);
    expect(out).toMatch(/records in all +5\n/);
  });

  test('--all names every record, --summary none', async () => {
    const input = event('C-1') + event('C-1');
    expect((await plan(['--all'], { input })).out).toContain('stdin:2  crmid:C-1  unchanged\n');
    const { out } = await plan(['--summary'], { input });
    expect(out.startsWith('ENDINGS\n')).toBe(true);
    expect(out).toMatch(/actions in all +2\n/);
  });

  test('--json: one object a line, with everything in it', async () => {
    const { out } = await plan(['--json'], { input: `${event('C-1')}rubbish\n` });
    const at = '2026-11-01T10:00:10.000Z';
    const place = { file: 'stdin', line: 1, offset: 0, at };
    expect(jsonLines(out)).toMatchObject([
      {
        type: 'action',
        ...place,
        person: 'crmid:C-1',
        connection: 'sales',
        operation: 'upsert',
        object: 'Contact',
        key: { Id: 'C-1' },
        fields: { FirstName: 'Ada', Hot: true },
        causes: [{ rule: 'contact', why: 'member of hot' }],
      },
      { type: 'action', operation: 'send', key: {}, causes: [{ rule: 'task', why: 'entered hot' }] },
      { type: 'record', line: 2, ending: 'malformed', code: 'decode.json' },
      {
        type: 'summary',
        records: 2,
        actions: 2,
        endings: { delivered: 1, malformed: 1 },
        rules: { contact: 1, task: 1 },
        persons: 1,
      },
    ]);
  });

  test('colours and progress are for terminals only, and nothing of a record moves the cursor', async () => {
    const input = event('C-\u001b[2J1');
    const plain = await plan([], { input });
    expect(plain.out).toContain('crmid:C-\\u{1b}[2J1');
    expect(plain.out).not.toContain('\u001b');
    const screen = { out: true, err: true, colours: true };
    const coloured = await plan([], { input, screen });
    expect(coloured.out).toContain('\u001b[32mdelivered\u001b[0m');
    expect(coloured.err).toContain(' records, ');
    expect(coloured.err.endsWith('\r\u001b[K')).toBe(true);
  });
});

describe('what it reads', () => {
  const names = (out: string): string[] =>
    [...out.matchAll(/^(\S+):\d+ {2}/gm)].map(([, name = '']) => name.slice(folder.length + 1));

  test('files and patterns, in the order of the command line and of their numbers, zipped or not', async () => {
    for (const part of [1, 2, 10]) file(`part_${part}.ndjson.gz`, gzipSync(event(`C-${part}`)));
    const csv = file('row.csv', 'identityMap.CRMID,segmentMembership.ups.hot-1,consent\nC-9,realized,y\n');
    const { out, status } = await plan([csv, join(folder, 'part_*.gz')]);
    expect(names(out)).toEqual(['row.csv', 'part_1.ndjson.gz', 'part_2.ndjson.gz', 'part_10.ndjson.gz']);
    expect(status).toBe(0);
  });

  test('standard input as CSV, when that is said', async () => {
    const input = 'identityMap.CRMID;segmentMembership.ups.hot-1;consent\nC-9;realized;y\n';
    expect((await plan(['--format', 'csv'], { input })).out).toContain('upsert sales/Contact Id=C-9');
  });

  test('a file whose name looks like a pattern', async () => {
    const path = file('[a].json', event('C-1'));
    expect((await plan([path])).status).toBe(0);
  });

  test('times: the newest of the record, after the one before; or from --at on', async () => {
    const bare = JSON.stringify({ identityMap: { crmid: [{ id: 'C-1' }] } });
    const input = `${event('C-1', 'realized', 20)}${event('C-1', 'realized', 10)}${bare}\n${event('C-1', 'realized', 30)}`;
    const at = async (...args: string[]) =>
      jsonLines((await plan(['--json', '--all', ...args], { input })).out)
        .filter(({ type }) => type === 'record')
        .map((line) => String(line['at']).slice(11, 23));
    expect(await at()).toEqual(['10:00:20.000', '10:00:20.001', '10:00:20.002', '10:00:30.000']);
    expect(await at('--at', '2026-12-24T18:00:00Z')).toEqual([
      '18:00:00.000',
      '18:00:00.001',
      '18:00:00.002',
      '18:00:00.003',
    ]);
  });
});

describe('what it remembers', () => {
  test('a saved state is gone on from, and may be written over', async () => {
    const state = join(folder, 'monday.state');
    await plan(['--save-state', state], { input: event('C-1') });
    const { out } = await plan(['--state', state, '--save-state', state, '--json'], {
      input: event('C-1', 'exited', 11),
    });
    expect(jsonLines(out)).toMatchObject([
      {
        type: 'action',
        operation: 'upsert',
        fields: { Hot: false },
        causes: [{ why: 'not a member of hot' }],
      },
      { type: 'summary', persons: 1 },
    ]);
    expect(jsonLines(readFileSync(state, 'utf8'))).toMatchObject([
      { tributary: 'states', version: 1, at: Date.parse('2026-11-01T10:00:11Z') },
      { person: 'crmid:C-1' },
    ]);
  });

  test.each([
    ['an empty file', ''],
    ['a file of something else', '{"a":1}\n'],
    ['a newer version', '{"tributary":"states","version":2}\n'],
    ['a damaged state', '{"tributary":"states","version":1}\n{"person":"a","state":"AAAA"}\n'],
  ])('%s is no saved state', async (_, text) => {
    const { status, err } = await plan(['--state', file('bad.state', text)], { input: '' });
    expect(status).toBe(2);
    expect(err).toMatch(/^tributary plan: store\.format: .*bad\.state:\d/);
  });
});

describe('wrong use', () => {
  test.each([
    ['no events', []],
    ['an option nobody knows', ['--verbose']],
    ['a file that is not there', ['nowhere.json']],
    ['a pattern nothing is like', ['nowhere-*.json']],
    ['a folder', [folder]],
    ['a format nobody knows', ['--format', 'xml', '-']],
    ['a time that is none', ['--at', 'noon', '-']],
    ['standard input twice', ['-', '-']],
    ['a state that is not there', ['--state', 'nowhere.state', '-']],
    ['a state in a folder that is not there', ['--save-state', 'nowhere/x.state', '-']],
    ['rules that are not there', ['--config', 'nowhere.yaml', '-']],
  ])('%s', async (what, args) => {
    const { status, err } = await plan(args, what === 'no events' ? {} : { input: '' });
    expect(status).toBe(2);
    expect(err).toMatch(/^tributary plan: /);
  });

  test('a file with faults is named with all of them', async () => {
    const path = file('bad.yaml', readFileSync(config, 'utf8').replaceAll('member: hot', 'member: cold'));
    const { status, err } = await plan(['--config', path, '-'], { input: '' });
    expect(status).toBe(2);
    expect(err).toContain('bad.yaml:7:');
    expect(err.match(/config\.unknown-name/g)).toHaveLength(2);
  });

  test('--help says how, on standard output', async () => {
    const { status, out } = await plan(['--help']);
    expect(status).toBe(0);
    expect(out).toContain('tributary plan --summary');
  });
});
