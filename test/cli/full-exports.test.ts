import { expect, test } from 'vitest';
import { FullExports } from '../../cli/full-exports.js';
import { loadConfig } from '../../shared/config/load.js';
import { ok } from '../../shared/core/fault.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { personKeysBy } from '../../shared/files/intake/person-lines.js';
import { fileMeaning } from '../../shared/files/meaning/file-meaning.js';

const configOf = (complete: string): string => `
audiences: { hot: hot-1 }
person: { key: [crmid, email] }
connections: { sales: { type: http, url: "https://crm.example.com/x" } }
rules:
  - name: one
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot }, Points: points } }]
files:
  - { name: daily, from: "memory://long", audience: hot, snapshot: { most exits: 20% }, complete: ${complete} }
`;

const DAY = 86_400_000;
const FIRST = Date.parse('2026-09-01T02:00:00Z');

const member = (i: number) =>
  ok({
    identityMap: { crmid: [{ id: `C-${i}` }] },
    segmentMembership: {
      ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-09-01T00:00:00Z' } },
    },
  });

/** Ten people yesterday; today nine of them, in these files. Gives who leaves, and what is said. */
function exitsOf(files: readonly string[], complete = '{ stable for: 1 minute }') {
  const loaded = loadConfig(configOf(complete), 'x.yaml', {}, NO_TOOLS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  const { rules, files: entries } = loaded.config;
  const [rule] = entries;
  if (!rule) throw new Error('there is one');
  const meaning = fileMeaning(rule, rules);
  const said: string[] = [];
  const exports = new FullExports(personKeysBy(rules), {
    note: (text) => void said.push(text),
    titleOf: (namespace, id) => `${namespace}/${id}`,
    mayLeave: () => false,
  });
  const before = exports.begin('/x/a_20260901_020000.csv', meaning, FIRST, true);
  for (let i = 0; i < 10; i++) exports.row(before.family, member(i));
  for (const name of files) {
    const now = exports.begin(`/x/${name}`, meaning, FIRST + DAY, false);
    for (let i = 1; i < 10; i++) exports.row(now.family, member(i));
  }
  return { exits: exports.endAll().length, said: said.join('\n') };
}

test('nobody leaves by an export of which a part is missing, as in a deployment', () => {
  const gap = exitsOf(['a_20260902_020000_2.csv', 'a_20260902_020000_3.csv']);
  expect(gap.exits).toBe(0);
  expect(gap.said).toContain('part 1 of the full export');
  expect(gap.said).not.toContain('are missing in');
  expect(exitsOf(['a_20260902_020000.csv', 'a_20260902_020000_3.csv']).exits).toBe(0);
});

test('with all of its parts whoever is missing leaves; that no manifest was asked is said', () => {
  const parts = ['a_20260902_020000.csv', 'a_20260902_020000_2.csv'];
  const whole = exitsOf(parts);
  expect(whole.exits).toBe(1);
  expect(whole.said).not.toContain('manifest');
  const listed = exitsOf(parts, '{ manifest: true }');
  expect(listed.exits).toBe(1);
  expect(listed.said).toContain('is not checked against its manifest');
});
