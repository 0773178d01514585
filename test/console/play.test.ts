import { expect, test } from 'vitest';
import { play } from '../../local/console/play/play.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
import { hot, RULES } from './world.js';

const work = {
  event: JSON.stringify(hot('C-1', 'Example', '2026-01-02T03:04:05Z')),
  rules: RULES,
  running: RULES,
  functions: undefined,
  known: new Map(),
  at: Date.parse('2026-01-02T04:00:00Z'),
};

test('the same rules do the same; the reasons are those of explain', async () => {
  const view = await play(work);
  expect(view.findings).toEqual([]);
  expect(view.records).toMatchObject([
    { person: 'crmid:C-1', ending: 'delivered', running: 'delivered', changes: [] },
  ]);
  expect(view.records[0]?.reasons?.rules[0]).toMatchObject({ outcome: 'does', if: { holds: true } });
  expect(view.records[0]?.actions).toMatchObject([{ operation: 'upsert', fields: { Hot__c: true } }]);
});

test('edited rules are compared with those that run, and clauses that do not hold are told', async () => {
  const rules = RULES.replace('person.name.lastName exists', 'person.name.lastName = "Other"');
  const { records } = await play({ ...work, rules });
  expect(records[0]).toMatchObject({ ending: 'irrelevant', running: 'delivered' });
  expect(records[0]?.changes.map(({ kind }) => kind)).toEqual(['removed']);
  expect(records[0]?.reasons?.rules[0]).toMatchObject({
    outcome: 'nothing',
    if: { holds: false, saw: 'Example' },
  });
});

test('what is known of the person before counts, and is not changed', async () => {
  const micros = Date.parse('2026-01-05T00:00:00Z') * 1000;
  const standing = new Map([['ups/A-1', { at: micros, member: false, ever: true }]]);
  const known = new Map([['crmid:C-1', { ...EMPTY_STATE, standing }]]);
  const { records } = await play({ ...work, known });
  expect(records[0]?.reasons?.audiences).toMatchObject([{ change: 'stale' }]);
  expect(known.get('crmid:C-1')?.standing).toBe(standing);
});

test('rules with faults are told by line and column, whatever is wrong with them', async () => {
  const slip = await play({
    ...work,
    rules: RULES.replace('member: hot }\n    if', 'member: hott }\n    if'),
  });
  expect(slip.records).toEqual([]);
  expect(slip.findings[0]).toMatchObject({ line: 7, code: 'config.unknown-name' });
  const broken = await play({ ...work, rules: 'audiences: [' });
  expect(broken.findings[0]).toMatchObject({ code: 'config.syntax' });
  expect((await play({ ...work, rules: '' })).findings.length).toBeGreaterThan(0);
});

test('what is no event ends as malformed, a list is played one after another, and not without end', async () => {
  expect((await play({ ...work, event: '{"broken' })).records).toMatchObject([{ ending: 'malformed' }]);
  const body = hot('C-1', 'Example', '2026-01-02T03:04:05Z');
  const two = await play({ ...work, event: JSON.stringify([body, body]) });
  expect(two.records.map(({ ending }) => ending)).toEqual(['delivered', 'unchanged']);
  const many = await play({ ...work, event: JSON.stringify(Array.from({ length: 50 }, () => body)) });
  expect([many.records.length, many.more]).toEqual([20, true]);
});

test('an event that is yet to be written has no verdict, and faults of the rules are told all the same', async () => {
  for (const event of ['', ' \n'])
    expect(await play({ ...work, event })).toEqual({ findings: [], records: [], more: false });
  const slip = await play({ ...work, event: '', rules: RULES.replace('member: hot }', 'membr: hot }') });
  expect(slip.findings).not.toEqual([]);
});
