import { expect, test } from 'vitest';
import { checked, findingsOf, rule, ruled } from './checked.js';

const two = ruled(rule('a', 'member: hot', 'T: p.a'), rule('b', 'entered: cold', 'U: p.b'));
const untested = (text: string, beside = {}): Promise<readonly string[]> =>
  findingsOf(text, /untested|^config/, beside);

const CASE = `tests:
  - name: t
    given: { identities: { crmid: C-1 }, member: hot, attributes: { p.a: x } }
    expect: [{ upsert: crm/C, set: { T: x } }]
`;

test('without any test that is told once', async () => {
  expect(await untested(two)).toEqual([
    '4:1 check.untested rules: no rule has a test; write cases under "tests"',
  ]);
  expect(await untested(ruled().replace('rules:', 'rules: []'))).toEqual([]);
});

test('a rule that no case makes do anything is told, whatever the case expects', async () => {
  expect(await untested(two + CASE)).toEqual([
    '8:5 check.untested rules[1].name: has no test: no case makes it do anything',
  ]);
  expect(await untested(two + CASE.replace('crm/C, set: { T: x }', 'crm/D'))).toHaveLength(1);
});

test('cases beside the file count, and their faults are told in their own file', async () => {
  const other = CASE.replaceAll('hot', 'cold').replace('p.a', 'p.b');
  expect(await untested(two + CASE, { 'b.tests.yaml': other })).toEqual([]);
  const { findings } = await checked(two + CASE, { 'b.tests.yaml': other.replace('given', 'givn') });
  expect(findings.map(({ file, line, code }) => [file, line, code])).toEqual([
    ['f.yaml', 8, 'check.untested'],
    ['b.tests.yaml', 3, 'config.invalid'],
  ]);
});

test('a case of which the events lie in a file counts for what it expects', async () => {
  const fromFile = CASE.replace(/given: .*/, 'given: events.json').replace('crm/C', 'crm/D');
  expect(await untested(two + fromFile)).toHaveLength(2);
  expect(await untested(two + fromFile.replace('crm/D', 'crm/C'))).toEqual([]);
});

test('a file with faults is not held against its tests', async () => {
  expect(await untested(two.replace('entered: cold', 'entered: cld') + CASE)).toEqual([
    expect.stringContaining('config.unknown-name'),
  ]);
});

test('thousands of cases take no longer than some', async () => {
  const many = Array.from({ length: 2_500 }, (_, i) =>
    CASE.split('\n').slice(1).join('\n').replace('name: t', `name: t${i}`),
  );
  const before = process.cpuUsage();
  await untested(`${two}tests:\n${many.join('')}`);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(3000);
});
