import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runCheck } from '../../cli/check.js';
import { runDiff } from '../../cli/diff.js';
import { runExplain } from '../../cli/explain.js';
import { runPlan } from '../../cli/plan.js';
import { runTest } from '../../cli/test.js';
import { jsonLines, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-shadow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const flag = (name: string, field: string, more: object = {}): object => ({
  name,
  when: { member: 'hot' },
  do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { [field]: { member: 'hot' } } }],
  ...more,
});

function fileOf(name: string, rules: readonly object[], tests: readonly object[] = []): string {
  const path = join(folder, name);
  const connections = { sales: { type: 'http', url: 'https://crm.example.com/rows' } };
  const file = { audiences: { hot: 'hot-1' }, person: { key: ['crmid'] }, connections, rules, tests };
  writeFileSync(path, stringify(file));
  return path;
}

const input = `${JSON.stringify({
  identityMap: { CRMID: [{ id: 'C-1' }] },
  segmentMembership: {
    ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00Z' } },
  },
})}\n`;

const events = join(folder, 'events.ndjson');
writeFileSync(events, input);
const alone = fileOf('alone.yaml', [flag('live', 'Hot')]);
const shadowed = fileOf('shadowed.yaml', [flag('live', 'Hot'), flag('tried', 'Warm', { shadow: true })]);
const live = fileOf('live.yaml', [flag('live', 'Hot'), flag('tried', 'Warm')]);

describe('plan', () => {
  test('marks what a shadow would do, and sums it up apart', async () => {
    const { out, status } = await runLent(runPlan, ['--config', shadowed], { input });
    expect(status).toBe(0);
    expect(out).toContain('    upsert sales/Contact Id=C-1\n      Hot  true\n');
    expect(out).toContain('    shadow: upsert sales/Contact Id=C-1\n      Warm  true\n');
    expect(out).toMatch(
      /ACTIONS BY RULE\nlive +1\nactions in all +1\n\nSHADOWS: NOT SENT, BY RULE\ntried +1\n/,
    );
  });

  test('in JSON, too', async () => {
    const { out } = await runLent(runPlan, ['--config', shadowed, '--json'], { input });
    expect(jsonLines(out)).toMatchObject([
      { type: 'action', fields: { Hot: true } },
      { type: 'action', shadow: true, fields: { Warm: true }, causes: [{ rule: 'tried' }] },
      { type: 'summary', actions: 1, rules: { live: 1 }, shadows: { tried: 1 } },
    ]);
  });
});

describe('diff', () => {
  test('a shadow that comes is told of, and is no difference', async () => {
    const { out, status } = await runLent(runDiff, [alone, shadowed, events]);
    expect(out).toContain('  + shadow: upsert sales/Contact Id=C-1\n      Warm  true\n');
    expect(out).toMatch(
      /tried \(shadow\) +1 +0 +0\n\nno difference over 1 event; of shadows, which change nothing: 1 added, 0 removed, 0 changed\n$/,
    );
    expect(status).toBe(0);
  });

  test('a shadow that goes to work is a difference', async () => {
    const { out, status } = await runLent(runDiff, ['--json', shadowed, live, events]);
    expect(jsonLines(out)).toMatchObject([
      { kind: 'changed', fields: [{ name: 'Warm', after: true }] },
      { kind: 'removed', shadow: true },
      { type: 'summary', differing: 1, shadows: { tried: { added: 0, removed: 1, changed: 0 } } },
    ]);
    expect(status).toBe(1);
  });

  test('a rule that becomes a shadow: what the table says is what the sentence says', async () => {
    const { out } = await runLent(runDiff, [live, shadowed, events]);
    expect(out).toMatch(
      /0 actions added, 0 removed, 1 changed, over 1 of 1 event; of shadows, .*: 1 added, 0 removed, 0 changed\n$/,
    );
  });

  test('a report says it, too', async () => {
    const { out } = await runLent(runDiff, ['--markdown', alone, shadowed, events]);
    expect(out).toContain('➕ shadow: upsert sales/Contact');
    expect(out).toContain('| tried \\(shadow\\) | 1 | 0 | 0 |');
  });
});

describe('explain', () => {
  test('says apart from the rules at work what a shadow wants, and why', async () => {
    const { out } = await runLent(runExplain, ['--config', shadowed], { input });
    const [work = '', shadows = ''] = out.split('SHADOWS\n');
    expect(work).not.toContain('tried');
    expect(shadows).toContain('  tried: matched\n    when  yes  member of hot\n');
    expect(shadows).toContain('upsert sales/Contact Id=C-1: would be sent by a rule at work\n');
  });

  test('in JSON, too', async () => {
    const { out } = await runLent(runExplain, ['--config', shadowed, '--json'], { input });
    expect(JSON.parse(out)).toMatchObject({
      rules: [{ rule: 'live' }],
      shadows: [{ rules: [{ rule: 'tried', outcome: 'does' }], actions: [{ sent: true }] }],
    });
  });
});

describe('test', () => {
  const want = (field: string, more: object = {}): object => ({
    upsert: 'sales/Contact',
    set: { [field]: true },
    ...more,
  });
  const run = (expected: readonly object[] | string) =>
    runLent(runTest, [
      '--config',
      fileOf(
        'cases.yaml',
        [flag('live', 'Hot'), flag('tried', 'Warm', { shadow: true })],
        [{ name: 'case', given: { member: 'hot' }, expect: expected, only: true }],
      ),
    ]);

  test.each([
    ['a shadow need not be expected', [want('Hot')], 0],
    ['it may be', [want('Hot'), want('Warm', { shadow: true })], 0],
    ['it does nothing', [want('Hot'), want('Warm')], 1],
    ['what is done is not shown by a shadow', [want('Hot'), want('Hot', { shadow: true })], 1],
  ])('%s', async (_, expected, status) => {
    expect((await run(expected)).status).toBe(status);
  });
});

describe('check', () => {
  const findingsOf = async (rules: readonly object[]): Promise<string> =>
    (await runLent(runCheck, ['--config', fileOf('checked.yaml', rules)])).out;

  test('a shadow is checked like any other rule', async () => {
    expect(await findingsOf([flag('tried', 'Warm', { shadow: true, when: { member: 'nobody' } })])).toContain(
      'nobody',
    );
  });

  test('it contests no field and stops nobody', async () => {
    const tried = flag('tried', 'Hot', { shadow: true, stop: true });
    const other = { upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { value: 1 } } };
    const out = await findingsOf([tried, flag('live', 'Hot', { do: [other] })]);
    expect(out).not.toMatch(/check\.(contested|unreachable)/);
    const both = await findingsOf([
      flag('tried', 'Hot', { stop: true }),
      flag('live', 'Hot', { do: [other] }),
    ]);
    expect(both).toContain('check.unreachable');
  });
});
