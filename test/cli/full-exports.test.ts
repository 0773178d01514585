import { expect, test } from 'vitest';
import { FullExports } from '../../cli/full-exports.js';
import { loadConfig } from '../../shared/config/load.js';
import { ok } from '../../shared/core/fault.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { personKeysBy } from '../../shared/files/intake/person-lines.js';
import { fileMeaning } from '../../shared/files/meaning/file-meaning.js';
import { ONE_RULE } from '../files/support/one-rule.js';

const configOf = (complete: string): string => `${ONE_RULE}files:
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

/** Full exports of one entry: begins a file of a day about these people, and tells what is said. */
function opened(complete = '{ stable for: 1 minute }') {
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
  const read = (name: string, day: number, people: readonly number[], isPrevious = false) => {
    const { exits, family } = exports.begin(`/x/${name}`, meaning, FIRST + day * DAY, isPrevious);
    for (const i of people) exports.row(family, member(i));
    return exits.length;
  };
  return { said, read, end: () => exports.endAll().length };
}

const NINE = Array.from({ length: 9 }, (_, i) => i + 1);
const TEN = [0, ...NINE];

/** Ten people yesterday; today nine of them, in these files. Gives who leaves, and what is said. */
function exitsOf(files: readonly string[], complete?: string) {
  const { said, read, end } = opened(complete);
  read('a_20260901_020000.csv', 0, TEN, true);
  for (const name of files) read(name, 1, NINE);
  return { exits: end(), said: said.join('\n') };
}

test('an export compares with every earlier one that has not been compared, as in a deployment', () => {
  const { said, read, end } = opened();
  read('a_20260901_020000.csv', 0, TEN);
  // Of the second one only its second part is given, with somebody new.
  expect(read('a_20260902_020000_2.csv', 1, [9, 10])).toBe(0);
  expect(read('a_20260903_020000.csv', 2, NINE)).toBe(0);
  expect(end()).toBe(2);
  expect(said.join('\n')).toContain(
    '2 of 11 members of /x/a_20260901_020000.csv and /x/a_20260902_020000_2.csv are missing in /x/a_20260903_020000.csv; they leave',
  );
});

test('whose exits are not agreed to is still a member to the next export', () => {
  const { read, end } = opened();
  read('a_20260901_020000.csv', 0, TEN);
  // More than half of them would leave, and nobody says so.
  expect(read('a_20260902_020000.csv', 1, [1, 2, 3, 4])).toBe(0);
  expect(read('a_20260903_020000.csv', 2, NINE)).toBe(0);
  expect(end()).toBe(1);
});

test('who has left by one export does not leave again by the next', () => {
  const { read, end } = opened();
  read('a_20260901_020000.csv', 0, TEN);
  read('a_20260902_020000.csv', 1, NINE);
  expect(read('a_20260903_020000.csv', 2, NINE)).toBe(1);
  expect(end()).toBe(0);
});

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
