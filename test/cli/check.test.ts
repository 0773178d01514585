import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { runCheck } from '../../cli/check.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import { openAudienceBook } from '../../shared/assemble-book.js';
import { systemClock } from '../../shared/clock.js';
import { jsonLines, type Lent, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const RIGHT = `audiences: { hot: hot-1, vip: vip-1 }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://crm.example.com/x" } }
rules:
  - name: one
    when: { member: hot }
    do: [{ upsert: sales/C, match: { Id: $key }, set: { F: p.a } }]
tests:
  - name: t
    given: { identities: { crmid: C-1 }, member: hot, attributes: { p.a: x } }
    expect: [{ upsert: sales/C, set: { F: x } }]
`;
const WRONG = RIGHT.replace('when: { member: hot', 'when: { member: hto');
const WARNED = RIGHT.replace('https://crm.example.com/x', '$' + '{CRM_URL}');

const run = (args: readonly string[], lent: Lent = {}) => runLent(runCheck, args, lent);

describe('the status', () => {
  test.each([
    ['a right file', RIGHT, [], 0],
    ['a right file, strictly', RIGHT, ['--strict'], 0],
    ['an error', WRONG, [], 1],
    ['a warning', WARNED, [], 0],
    ['a warning, strictly', WARNED, ['--strict'], 1],
    ['no YAML', 'a: [', [], 1],
    ['nothing', '', [], 1],
  ])('of %s', async (_, text, options, status) => {
    const said = await run([file('f.yaml', text), ...options]);
    expect({ status: said.status, err: said.err }).toEqual({ status, err: '' });
  });

  test.each([
    [
      'a file that is not there',
      [join(folder, 'absent.yaml')],
      /config\.unreadable: .*absent\.yaml cannot be read/,
    ],
    ['two files', ['a', 'b'], /one file at a time/],
    ['an option nobody knows', ['--wat'], /--wat/],
  ])('of wrong use is 2: %s', async (_, args, words) => {
    const said = await run(args);
    expect({ status: said.status, out: said.out }).toEqual({ status: 2, out: '' });
    expect(said.err).toMatch(words);
  });
});

test('a finding has its place, its line and a mark', async () => {
  const path = file('f.yaml', WRONG);
  const { out } = await run([path]);
  expect(out).toBe(
    [
      `${path}:6:13 error config.unknown-name rules[0].when.member: there is no audience named "hto"; did you mean "hot"? declared are "hot", "vip"`,
      '  6 |     when: { member: hto }',
      '    |             ^^^^^^^^^^^',
      `1 error in ${path}, 1 rule`,
      '',
    ].join('\n'),
  );
});

test('a setting that is there is no finding', async () => {
  const { out } = await run(['--json', file('f.yaml', WARNED)], {
    env: { CRM_URL: 'https://crm.example.com' },
  });
  expect(jsonLines(out)).toEqual([{ errors: 0, warnings: 0, rules: 1 }]);
});

test('as JSON there is one object a line, the sums last', async () => {
  const path = file('f.yaml', WRONG);
  const { out } = await run([path, '--json']);
  expect(jsonLines(out)).toEqual([
    {
      code: 'config.unknown-name',
      severity: 'error',
      file: path,
      line: 6,
      column: 13,
      length: 11,
      message: expect.stringContaining('did you mean "hot"?'),
    },
    { errors: 1, warnings: 0, rules: 1 },
  ]);
});

test('colours are for terminals that want them', async () => {
  const path = file('f.yaml', WRONG);
  const on = await run([path], { screen: { out: true, err: true, colours: true } });
  const off = await run([path], { screen: { out: true, err: true, colours: false } });
  const esc = String.fromCharCode(27);
  expect(on.out).toContain(`${esc}[31merror`);
  expect(off.out).not.toContain(esc);
});

test('a secret is told of and not shown, nor does a file move the cursor', async () => {
  const token = ['AKIA', 'QWERTYUIOP123456'].join('');
  const bell = RIGHT.replace('when: { member: hot', 'when: { member: "h\\e[2Jot"').replace(
    'F: p.a',
    `"\\e[2JF": { value: ${token} }`,
  );
  const { out, status } = await run([file('f.yaml', bell)]);
  expect(status).toBe(1);
  expect(out).toContain('check.secret');
  expect(out).not.toContain(token);
  expect(out).not.toContain(String.fromCharCode(27));
});

test('a long line is shown around the place that is meant', async () => {
  const long = RIGHT.replace(
    'member: hot',
    `member: { any: [${'hot, '.repeat(300)}hto, ${'hot, '.repeat(300)}hot] }`,
  );
  const lines = (await run([file('f.yaml', long)])).out.split('\n');
  const [, line = '', mark = ''] = lines;
  expect(line.length).toBeLessThan(120);
  expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('hto');
});

test('what lies beside the file is read from there', async () => {
  const config = RIGHT.replace('rules:', 'profile: ./p.json\nrules:');
  const path = file('beside.yaml', config);
  expect((await run([path])).out).toContain('config.unreadable profile: ./p.json cannot be read (ENOENT)');
  file('p.json', '{"p":{"b":1}}');
  expect((await run([path])).out).toContain('warning check.unknown-path');
  file('p.json', '{"p":{"a":1}}');
  expect(await run([path, '--strict'])).toMatchObject({ status: 0 });
});

test('it waits for changes until it is to stop', async () => {
  const path = file('watched.yaml', WRONG);
  const stop = new AbortController();
  const seen: string[] = [];
  const { status } = await run(['--watch', path], {
    stop: stop.signal,
    onOut: (text) => {
      seen.push(text.split('\n').at(-2) ?? '');
      if (seen.length === 1) setImmediate(() => file('watched.yaml', RIGHT));
      if (text.startsWith('fine')) stop.abort();
    },
  });
  expect(status).toBe(0);
  expect(seen[0]).toMatch(/^1 error in /);
  expect(seen.at(-1)).toMatch(/^fine: /);
});

describe('audiences that are told by name only', () => {
  const NAMED = RIGHT.replace('vip: vip-1', 'vip: { name: "VIP customers" }').replace(
    'hot: hot-1',
    'hot: { name: "Hot" }',
  );

  test('are looked up where the environment says in which store, and what is not found is a warning with its place', async () => {
    const dynamo = await startDynamoDb();
    await dynamo.createStateTable('names');
    const env = {
      TRIBUTARY_STATE: 'dynamodb:names',
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    // The SDK reads the process's own.
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    try {
      const book = await openAudienceBook(env, systemClock);
      const at = '2026-11-21T08:00:00.000Z';
      await book.change('aud_1', () => ({
        id: 'aud_1',
        name: 'Hot',
        audience: 'h-1',
        created: at,
        updated: at,
      }));
      const { status, out } = await run([file('named.yaml', NAMED), '--json'], { env });
      const [found, ...others] = jsonLines(out).filter(({ code }) => code === 'config.audience-name');
      expect([status, others]).toEqual([0, []]);
      expect(found).toMatchObject({ severity: 'warning', line: 1 });
      expect(String(found?.['message'])).toContain('VIP customers');
    } finally {
      vi.unstubAllEnvs();
      await dynamo.close();
    }
  });

  test('are left alone elsewhere, which is said', async () => {
    const { status, err } = await run([file('named.yaml', NAMED), '--strict']);
    expect(status).toBe(0);
    expect(err).toContain('TRIBUTARY_STATE');
  });
});
