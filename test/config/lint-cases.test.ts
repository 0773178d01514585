import { expect, test } from 'vitest';
import { findingsOf, rule, ruled } from './checked.js';

const file = ruled(rule('a', 'member: hot', 'T: p.a'));
const found = (tests: string): Promise<readonly string[]> => findingsOf(file + tests, /unknown-name/);

test('a case that names no connection or audience of the file is told where it does', async () => {
  expect(
    await found(`tests:
  - name: t
    state: { member: cold, at: 2026-07-01T12:00:00Z }
    given: [{ identities: { crmid: C-1 }, member: [hot, hto], attributes: { p.a: x } }]
    expect: [{ upsert: crn/C, set: { T: x } }, { 'add to': crm/C, list: x }]
`),
  ).toEqual([
    '11:5 config.unknown-name tests[0].given: there is no audience named "hto"; did you mean "hot"? declared are "hot", "cold", "up"',
    '12:16 config.unknown-name tests[0].expect[0].upsert: there is no connection named "crn"; did you mean "crm"? declared is "crm"',
  ]);
});

test('names that lead somewhere are fine', async () => {
  const fine = `tests:
  - name: t
    given: { identities: { crmid: C-1 }, left: up }
    expect: [{ upsert: crm/C }]
`;
  expect(await found(fine)).toEqual([]);
});
