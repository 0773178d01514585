import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runDiff } from '../../cli/diff.js';
import { runPlan } from '../../cli/plan.js';
import { everyOperation, linesOf } from '../dry-run/every-operation.js';
import { historyAndShuffle } from '../support/histories.js';
import { jsonLines, type Lent, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-diff-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const head = `audiences: { hot: hot-1, vip: vip-1 }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://crm.example.com" } }
rules:
`;
const contact = (tier: string): string =>
  `  - { name: contact, when: { member: hot }, do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot }, Tier: { value: ${tier} } } }] }\n`;
const task = '  - { name: task, when: { entered: hot }, do: [{ send: sales/Task, set: { Who: $key } }] }\n';
const vip =
  '  - { name: "vip | <b>", when: { entered: vip }, do: [{ upsert: sales/Lead, match: { Id: $key }, set: { Name: name } }] }\n';

const a = file('a.yaml', head + contact('Gold') + task);
const b = file('b.yaml', head + contact('Silver') + vip);

const event = (id: string, second = 10, more: object = {}): string =>
  `${JSON.stringify({
    identityMap: { CRMID: [{ id }] },
    segmentMembership: {
      ups: {
        'hot-1': { status: 'realized', lastQualificationTime: `2026-11-01T10:00:${second}Z` },
        'vip-1': { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00Z' },
      },
    },
    ...more,
  })}\n`;

const diff = (args: readonly string[], lent: Lent = {}) => runLent(runDiff, args, lent);

test('what was added, removed and changed, field by field, by rule and in total', async () => {
  const input = `${event('C-1')}${event('C-1')}rubbish\n${event('C-2', 10, { name: 'Ada' })}`;
  const said = await diff([a, b, '-'], { input });
  expect(said).toEqual({
    status: 1,
    err: '',
    out: `stdin:1  crmid:C-1
  ~ upsert sales/Contact Id=C-1
      Tier  Gold -> Silver
      because of: contact (member of hot)
  - send sales/Task
      Who  C-1
      because of: task (entered hot)

stdin:4  crmid:C-2
  ~ upsert sales/Contact Id=C-2
      Tier  Gold -> Silver
      because of: contact (member of hot)
  - send sales/Task
      Who  C-2
      because of: task (entered hot)
  + upsert sales/Lead Id=C-2
      Name  Ada
      because of: vip | <b> (entered vip)

RULE         added  removed  changed
contact          0        0        2
task             0        2        0
vip | <b>        1        0        0

1 action added, 2 removed, 2 changed, over 2 of 4 events
1 event cannot be read, by either
`,
  });
});

test('the same rules make no difference, whatever the events, and however they are written', async () => {
  const rules = file('every.yaml', stringify(everyOperation));
  const other = file('every-again.yaml', stringify(everyOperation, { defaultStringType: 'QUOTE_DOUBLE' }));
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, async ({ shuffled }) => {
      const said = await diff([rules, other, '-'], { input: linesOf(shuffled) });
      expect(said).toEqual({
        status: 0,
        err: '',
        out: `no difference over ${shuffled.length} event${shuffled.length === 1 ? '' : 's'}\n`,
      });
    }),
    { numRuns: 50 },
  );
});

test('--limit hides differences, never from the sums', async () => {
  const { out } = await diff([a, b, '--limit', '1'], { input: event('C-1') + event('C-2') });
  expect(out.match(/^ {2}[~+-] /gm)).toHaveLength(1);
  expect(out).toContain('… and 3 more differences');
  expect(out).toContain('0 actions added, 2 removed, 2 changed');
});

test('--state: the new version takes over from the old', async () => {
  const state = join(folder, 'state');
  await runLent(runPlan, ['--config', a, '--save-state', state], { input: event('C-1') });
  const { out } = await diff([a, b, '--state', state], { input: event('C-1', 20) });
  expect(out).toContain('  + upsert sales/Contact Id=C-1\n      Hot   true\n      Tier  Silver\n');
  expect(out).not.toContain('sales/Task');
});

test('--json: one object a line, with everything in it', async () => {
  const { out, status } = await diff([a, b, '--json', '--limit', '0'], { input: event('C-1') });
  expect(status).toBe(1);
  expect(jsonLines(out)).toMatchObject([
    {
      type: 'difference',
      kind: 'changed',
      file: 'stdin',
      line: 1,
      person: 'crmid:C-1',
      rules: ['contact'],
      before: { operation: 'upsert', key: { Id: 'C-1' }, fields: { Hot: true, Tier: 'Gold' } },
      after: { fields: { Hot: true, Tier: 'Silver' } },
      fields: [{ name: 'Tier', before: 'Gold', after: 'Silver' }],
    },
    { type: 'difference', kind: 'removed', rules: ['task'], before: { operation: 'send' } },
    {
      type: 'summary',
      events: 1,
      differing: 1,
      actions: { added: 0, removed: 1, changed: 1 },
      rules: { contact: { changed: 1 }, task: { removed: 1 } },
    },
  ]);
});

describe('--markdown', () => {
  const input = event('C-1', 10, { name: '<img src=x> | @everyone' });

  test('a report without persons and values', async () => {
    const { out } = await diff([a, b, '--markdown'], { input });
    expect(out).toContain('**1 action added, 1 removed, 1 changed, over 1 of 1 event**');
    expect(out).toContain('| task | 0 | 1 | 0 |\n');
    expect(out).toContain('| stdin:1 | ✏️ upsert sales/Contact | Tier | contact |\n');
    expect(out).toContain('| stdin:1 | ➕ upsert sales/Lead | Name | vip \\| &lt;b&gt; |\n');
    for (const secret of ['C-1', 'Gold', 'everyone']) expect(out).not.toContain(secret);
  });

  test('or with them, none of which is markup', async () => {
    const { out } = await diff([a, b, '--markdown', '--values'], { input });
    expect(out).toContain(
      '| stdin:1<br>crmid:C\\-1 | ✏️ upsert sales/Contact Id=C\\-1 | Tier: Gold → Silver | contact |\n',
    );
    expect(out).toContain('Name = &lt;img src=x&gt; \\| \\@everyone');
  });

  test('of nothing it is a sentence', async () => {
    const { out, status } = await diff([a, a, '--markdown'], { input });
    expect(status).toBe(0);
    expect(out.endsWith('**no difference over 1 event**\n')).toBe(true);
  });
});

describe('wrong use', () => {
  test.each([
    ['one file', [a]],
    ['a rule file that is not there', [a, 'nowhere.yaml', '-']],
    ['a limit that is none', [a, b, '--limit', 'x', '-']],
    ['two styles', [a, b, '--json', '--markdown', '-']],
    ['values without a report', [a, b, '--values', '-']],
    ['no events', [a, b]],
  ])('%s', async (what, args) => {
    const { status, err } = await diff(args, what === 'no events' ? {} : { input: '' });
    expect(status).toBe(2);
    expect(err).toMatch(/^tributary diff: /);
  });

  test('--help says how, on standard output', async () => {
    const { status, out } = await diff(['--help']);
    expect([status, out.startsWith('tributary diff ')]).toEqual([0, true]);
  });
});
