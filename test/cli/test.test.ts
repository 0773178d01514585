import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runTest } from '../../cli/test.js';
import { jsonLines, type Lent, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let folders = 0;

/** A folder of its own, with the files given. */
function folderOf(files: Readonly<Record<string, string>>): (name: string) => string {
  const own = join(folder, String(++folders));
  mkdirSync(own);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), text);
  return (name) => join(own, name);
}

const RULES = `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://crm.example.com/\${NOT_SET_HERE}" } }
rules:
  - name: contact
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot }, Name: person.name } }]
  - name: task
    when: { entered: hot }
    if: points >= 1000
    do: [{ send: sales/Task, set: { Who: $key } }]
`;

const GOOD = `  - name: who enters is hot
    given: { member: hot }
    expect: [{ upsert: sales/Contact, set: { Hot: true } }]
`;

const BAD = `  - name: who leaves is <still> hot
    given: { left: hot, attributes: { person.name: Ada } }
    expect:
      - { upsert: sales/Contact, match: { Id: C-1 }, set: { Hot: true }, without: [Name] }
      - { send: sales/Task }
    only: true
    ending: unchanged
`;

const run = (args: readonly string[], lent: Lent = {}) => runLent(runTest, args, lent);

describe('what it says', () => {
  test('cases that passed, and rules that no case makes act', async () => {
    const at = folderOf({ 'rules.yaml': `${RULES}tests:\n${GOOD}` });
    expect(await run(['--config', at('rules.yaml')])).toEqual({
      status: 0,
      err: '',
      out: 'ok      who enters is hot\n\n1 case passed\nno case makes these rules act: task\n',
    });
  });

  test('cases that failed, with their place and everything in which they differ', async () => {
    const at = folderOf({ 'rules.yaml': `${RULES}tests:\n${GOOD}${BAD}` });
    expect(await run(['--config', at('rules.yaml')])).toEqual({
      status: 1,
      err: '',
      out: `ok      who enters is hot
failed  who leaves is <still> hot  ${at('rules.yaml')}:16
  the last record was to end as unchanged, and ends as delivered
  otherwise than expected: upsert sales/Contact Id=person-1
    Id
      expected  C-1
      was       person-1
    Hot
      expected  true
      was       false
    Name
      expected  not to be written
      was       Ada
  not done: send sales/Task

1 of 2 cases failed
no case makes these rules act: task
`,
    });
  });

  test('--json: one object a line, with everything in it', async () => {
    const at = folderOf({ 'rules.yaml': `${RULES}tests:\n${GOOD}${BAD}` });
    const { out, status } = await run(['--config', at('rules.yaml'), '--json']);
    expect(status).toBe(1);
    expect(jsonLines(out)).toMatchObject([
      {
        type: 'case',
        file: at('rules.yaml'),
        line: 13,
        name: 'who enters is hot',
        passed: true,
        differences: [],
      },
      {
        type: 'case',
        line: 16,
        passed: false,
        complaints: ['the last record was to end as unchanged, and ends as delivered'],
        differences: [
          {
            kind: 'different',
            actual: { operation: 'upsert', key: { Id: 'person-1' }, fields: { Hot: false, Name: 'Ada' } },
            fields: [
              { name: 'Id' },
              { name: 'Hot', expected: true, actual: false },
              { name: 'Name', actual: 'Ada' },
            ],
          },
          { kind: 'missing', expected: { operation: 'send', target: 'sales/Task' } },
        ],
      },
      { type: 'summary', cases: 2, failed: 1, silent: ['task'] },
    ]);
  });

  test('--junit: a report whose text cannot break it', async () => {
    const at = folderOf({ 'rules.yaml': `${RULES}tests:\n${GOOD}${BAD}` });
    await run(['--config', at('rules.yaml'), '--junit', at('report.xml')]);
    const report = readFileSync(at('report.xml'), 'utf8');
    expect(report).toContain('<testsuites name="tributary" tests="2" failures="1" errors="0" time="0.000">');
    expect(report).toContain(`<testcase name="who enters is hot" classname="${at('rules.yaml')}"`);
    expect(report).toContain('<testcase name="who leaves is &lt;still&gt; hot"');
    expect(report).toContain(
      '<failure message="the last record was to end as unchanged, and ends as delivered">',
    );
    expect(report.match(/<(?!\/|\?)[^>]*[^/]>/g)?.length).toBe(report.match(/<\//g)?.length);
  });
});

describe('which cases it runs', () => {
  const named = (name: string): string => `tests:\n${GOOD.replace('who enters is hot', name)}`;

  test('those of the rules and of all files beside them; or of the files that are named', async () => {
    const at = folderOf({
      'rules.yaml': RULES + named('in the rules'),
      'b.tests.yaml': named('beside, b'),
      'a.tests.yml': named('beside, a'),
      'other.yaml': named('elsewhere'),
    });
    const names = async (...more: string[]) =>
      [...(await run(['--config', at('rules.yaml'), ...more])).out.matchAll(/^ok +(.*)$/gm)].map(
        ([, name]) => name,
      );
    expect(await names()).toEqual(['in the rules', 'beside, a', 'beside, b']);
    expect(await names(at('other.yaml'))).toEqual(['in the rules', 'elsewhere']);
    expect(await names('--filter', 'BESIDE')).toEqual(['beside, a', 'beside, b']);
  });

  test('events are named from the file of the case', async () => {
    const event = '{"identityMap":{"crmid":[{"id":"C-1"}]},"segmentMembership":{"ups":{"hot-1":{}}}}';
    const at = folderOf({
      'rules.yaml': RULES,
      'a.tests.yaml': `tests: [{ name: from a file, given: event.json, expect: [{ upsert: sales/Contact }] }]`,
      'event.json': event,
    });
    expect((await run(['--config', at('rules.yaml')])).status).toBe(0);
  });

  test('functions of the customer are used', async () => {
    const at = folderOf({
      'rules.yaml': `${RULES.replace('points >= 1000', '{ function: always }')}tests:\n${GOOD.replace('upsert: sales/Contact, set: { Hot: true }', 'send: sales/Task')}`,
      'functions.mjs':
        "import { defineRule } from 'tributary/functions';\nexport const always = defineRule({ reads: {}, holds: () => true });",
    });
    const args = ['--config', at('rules.yaml')];
    const { status, out, err } = await run([...args, '--functions', at('functions.mjs')]);
    expect([status, err, out]).toEqual([0, '', expect.stringContaining('1 case passed')]);
    expect((await run(args, { env: { TRIBUTARY_FUNCTIONS: at('functions.mjs') } })).status).toBe(0);
    expect((await run(args)).status).toBe(2);
  });
});

describe('what it cannot run', () => {
  test.each([
    ['no cases', RULES, [], 1, 'there are no cases'],
    [
      'no case of that name',
      `${RULES}tests:\n${GOOD}`,
      ['--filter', 'x'],
      2,
      'none of 1 case has "x" in its name',
    ],
    [
      'a faulty case',
      `${RULES}tests:\n${GOOD.replace('given', 'gven')}`,
      [],
      2,
      'rules.yaml:14:5 config.invalid tests[0].gven: ',
    ],
    ['a faulty rule', RULES.replace('member: hot }', 'member: cold }'), [], 2, 'config.unknown-name'],
    ['an option nobody knows', RULES, ['--verbose'], 2, "Unknown option '--verbose'"],
    ['a file of cases that is not there', RULES, ['nowhere.yaml'], 2, 'config.unreadable: nowhere.yaml'],
    [
      'a report where none can be',
      `${RULES}tests:\n${GOOD}`,
      ['--junit', 'nowhere/x.xml'],
      2,
      'nowhere/x.xml cannot be written',
    ],
  ])('%s', async (_, rules, args, expected, text) => {
    const at = folderOf({ 'rules.yaml': rules });
    const { status, err } = await run(['--config', at('rules.yaml'), ...args]);
    expect(status).toBe(expected);
    expect(err).toContain(text);
  });

  test('a faulty file of cases is named with its place', async () => {
    const at = folderOf({ 'rules.yaml': RULES, 'a.tests.yaml': 'tests:\n  - name: x\n    given: {}\n' });
    const { status, err } = await run(['--config', at('rules.yaml')]);
    expect(status).toBe(2);
    expect(err).toContain(`${at('a.tests.yaml')}:2:`);
  });

  test('--help says how, on standard output', async () => {
    const { status, out } = await run(['--help']);
    expect([status, out.startsWith('tributary test ')]).toEqual([0, true]);
  });
});

test('--watch runs again when the rules or files of cases or of events change, and ends when it is told', async () => {
  const at = folderOf({ 'rules.yaml': `${RULES}tests:\n${GOOD}` });
  const stop = new AbortController();
  const write = (name: string, text: string) => () => writeFileSync(at(name), text);
  const fromFile = 'tests: [{ name: from a file, given: event.json, expect: nothing, ending: malformed }]';
  /** What is said, and what is done then: each step waits for the run that shows the one before. */
  const steps: [said: string, act: () => void][] = [
    ['1 case passed', write('rules.yaml', `${RULES}tests:\n${GOOD}${BAD}`)],
    ['1 of 2 cases failed', write('rules.yaml', 'rules: [')],
    ['config.invalid', write('rules.yaml', RULES)],
    [
      'there are no cases',
      () => {
        writeFileSync(at('event.json'), 'rubbish');
        writeFileSync(at('new.tests.yaml'), fromFile);
      },
    ],
    ['1 case passed', write('event.json', '')],
    ['1 of 1 case failed', () => stop.abort()],
  ];
  const hear = (text: string): void => {
    const [said, act] = steps[0] ?? [];
    if (said === undefined || act === undefined || !text.includes(said)) return;
    steps.shift();
    setImmediate(act);
  };
  const args = ['--config', at('rules.yaml'), '--watch'];
  const { status } = await run(args, { stop: stop.signal, onOut: hear, onErr: hear });
  expect([status, steps]).toEqual([1, []]);
});

test('--watch ends at once when nothing changes', async () => {
  const at = folderOf({ 'rules.yaml': `${RULES}tests:\n${GOOD}` });
  const stop = new AbortController();
  const onErr = (text: string): void => {
    if (text.startsWith('waiting')) setImmediate(() => stop.abort());
  };
  expect((await run(['--config', at('rules.yaml'), '--watch'], { stop: stop.signal, onErr })).status).toBe(0);
});

test.each(readdirSync('examples').filter((name) => existsSync(join('examples', name, 'tributary.yaml'))))(
  'the cases of the example %s pass, and every rule has one',
  async (name) => {
    const { status, out, err } = await run(['--config', join('examples', name, 'tributary.yaml'), '--json']);
    expect([status, err]).toEqual([0, '']);
    expect(jsonLines(out).at(-1)).toMatchObject({ failed: 0, silent: [] });
  },
);
