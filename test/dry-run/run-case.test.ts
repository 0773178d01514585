import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { TestCase } from '../../shared/core/test-case.js';
import { runCase } from '../../shared/dry-run/run-case.js';
import { rulesOf } from '../support/fakes.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-case-'));
afterAll(() => rmSync(folder, { recursive: true }));

const contact = { upsert: 'sales/Contact', match: { Id: '$key' } };

const rules = rulesOf({
  audiences: { hot: 'hot-1', vip: { id: 'vip-1', namespace: 'CustomerAudienceUpload' } },
  person: { key: ['crmid', 'personalEmail.address'] },
  consent: { require: 'consent' },
  connections: { sales: { type: 'x' } },
  rules: [
    {
      name: 'hot',
      when: { member: 'hot' },
      do: [{ ...contact, set: { Hot: { member: 'hot' }, Name: 'person.name' } }],
    },
    { name: 'call', when: { entered: 'hot' }, do: [{ send: 'sales/Task', set: { Who: '$key' } }] },
    {
      name: 'recent',
      when: { entered: 'vip' },
      if: 'visit within 7 days',
      do: [{ send: 'sales/Visit', set: { Who: '$key' } }],
    },
    { name: 'mail', when: { left: 'vip' }, do: [{ upsert: 'sales/Lead', match: { Mail: 'mail' }, set: {} }] },
  ],
});

const yes = { consent: 'y' };
const hot = { member: 'hot', attributes: yes };

/** Runs a case; gives what is wrong with it, in short. */
async function run(more: object): Promise<readonly string[]> {
  const made = TestCase.parse({ name: 'x', given: hot, expect: 'nothing', ...more });
  const { differences, complaints } = await runCase({
    test: made,
    file: join(folder, 'tributary.yaml'),
    rules,
    connections: ['sales'],
  });
  return [
    ...complaints,
    ...differences.map((one) => {
      if (one.kind === 'missing') return `missing ${one.expected.target}`;
      const { object, key } = one.actual;
      const who = Object.values(key).join();
      const fields = one.kind === 'different' ? one.fields.map(({ name }) => name).join() : '';
      return [one.kind, object, who, fields].filter((part) => part !== '').join(' ');
    }),
  ];
}

const call = { send: 'sales/Task' };
const flag = (value: boolean) => ({ upsert: 'sales/Contact', set: { Hot: value } });

describe('what is expected', () => {
  test('some actions; nothing else when it says only', async () => {
    expect(await run({ expect: [call] })).toEqual([]);
    expect(await run({ expect: [call], only: true })).toEqual(['unexpected Contact person-1']);
    expect(await run({ expect: [flag(true), call], only: true })).toEqual([]);
    expect(await run({ expect: [flag(false)] })).toEqual(['different Contact person-1 Hot']);
  });

  test('nothing, which is nothing at all', async () => {
    expect(await run({})).toEqual(['unexpected Contact person-1', 'unexpected Task']);
    expect(await run({ given: { attributes: yes, member: 'vip' } })).toEqual([]);
  });

  test('an ending, so that nothing can be for the right reason', async () => {
    const given = { member: 'hot' };
    expect(await run({ given, ending: 'withheld' })).toEqual([]);
    expect(await run({ given, ending: 'unchanged' })).toEqual([
      'the last record was to end as unchanged, and ends as withheld (person.withheld: the newest consent known for this person is no clear yes, so nothing is sent)',
    ]);
  });

  test('what cannot be read, or belongs to nobody, fails unless it is meant', async () => {
    const nobody = { identities: {}, attributes: yes };
    expect(await run({ given: nobody })).toEqual([
      expect.stringMatching(/^record 1 of given ends as unaddressed .*ending: unaddressed$/),
    ]);
    expect(await run({ given: nobody, ending: 'unaddressed' })).toEqual([]);
    const malformed = { segmentMembership: { ups: { a: { status: 'gone' } } } };
    expect(await run({ given: malformed })).toEqual([expect.stringContaining('malformed (decode.status')]);
    expect(await run({ given: malformed, ending: 'malformed' })).toEqual([]);
    expect(await run({ state: nobody, given: { attributes: yes } })).toEqual([
      expect.stringContaining('record 1 of state ends as unaddressed'),
    ]);
  });

  test('a row without an address is not meant, either', async () => {
    expect(await run({ given: { left: 'vip', attributes: yes } })).toEqual([
      expect.stringContaining('no value for Lead.Mail'),
    ]);
  });
});

describe('what happened before', () => {
  test('is known, and has been delivered', async () => {
    expect(await run({ state: hot })).toEqual([]);
    expect(await run({ state: hot, given: { left: 'hot' }, expect: [flag(false)], only: true })).toEqual([]);
    expect(await run({ state: [hot, { left: 'hot' }], expect: [flag(true), call], only: true })).toEqual([]);
  });

  test('is older than everything that is given, whatever the times in it', async () => {
    const old = { 'hot-1': { status: 'exited', lastQualificationTime: '2022-01-02T00:00:00Z' } };
    const given = { identityMap: { crmid: [{ id: 'C-1' }] }, segmentMembership: { ups: old }, ...yes };
    expect(await run({ state: hot, given, expect: [flag(false)] })).toEqual([]);
  });

  test('may have its own time; what is given then follows it', async () => {
    const state = { ...hot, at: '2030-01-01T00:00:00Z' };
    expect(await run({ state, given: { left: 'hot' }, expect: [flag(false)] })).toEqual([]);
    const early = { left: 'hot', at: '2029-01-01T00:00:00Z' };
    expect(await run({ state, given: early })).toEqual([]);
  });
});

describe('short records', () => {
  test('are about one person unless they say otherwise, the one that is named anywhere in the case', async () => {
    const named = (id: string) => ({ ...flag(false), match: { Id: id } });
    const left = { left: 'hot' };
    expect(await run({ state: hot, given: left, expect: [named('person-1')] })).toEqual([]);
    expect(
      await run({ state: { ...hot, identities: { crmid: 'C-7' } }, given: left, expect: [named('C-7')] }),
    ).toEqual([]);
    const mail = { ...left, attributes: { ...yes, 'personalEmail.address': 'ada@example.com' } };
    expect(await run({ state: hot, given: mail, expect: [named('ada@example.com')] })).toEqual([]);
    const whole = { identityMap: { CRMID: [{ id: 'C-8' }] }, segmentMembership: {} };
    expect(await run({ state: hot, given: [whole, left], expect: [named('C-8')] })).toEqual([]);
    const other = { ...left, identities: { crmid: 'C-9' } };
    expect(
      await run({
        state: { ...hot, identities: { crmid: 'C-7' } },
        given: { ...other, attributes: yes },
        expect: [flag(false)],
        only: true,
      }),
    ).toEqual([]);
  });

  test('have attributes by path or nested', async () => {
    const expectName = [
      { upsert: 'sales/Contact', set: { Name: { firstName: 'Ada', lastName: 'Example' } } },
    ];
    const paths = { ...yes, 'person.name.firstName': 'Ada', 'person.name.lastName': 'Example' };
    const nested = { ...yes, person: { name: { firstName: 'Ada' } }, 'person.name': { lastName: 'Example' } };
    for (const attributes of [paths, nested])
      expect(await run({ given: { ...hot, attributes }, expect: expectName })).toEqual([]);
  });

  test.each([
    [
      'an audience nobody declared',
      { member: 'hott' },
      'there is no audience named "hott"; did you mean "hot"?',
    ],
    ['an attribute twice', { attributes: { a: 1, 'a.b': 2 } }, 'attribute "a.b" lies within a value'],
    ['an attribute within itself', { attributes: { 'a.b': 2, a: 1 } }, 'attribute "a" is there twice'],
  ])('%s is a complaint', async (_, given, text) => {
    expect(await run({ given })).toEqual([expect.stringContaining(text.split(';')[0] ?? '')]);
  });

  test('happen a minute apart, and conditions on time see that', async () => {
    const at = '2026-07-08T00:00:00Z';
    const visit = (time: string) => ({ member: 'vip', at, attributes: { ...yes, visit: time } });
    expect(await run({ given: visit('2026-07-02T00:00:00Z'), expect: [{ send: 'sales/Visit' }] })).toEqual(
      [],
    );
    expect(await run({ given: visit('2026-06-30T00:00:00Z') })).toEqual([]);
  });
});

describe('files of events', () => {
  test('are named from the file of the case, and hold any number of records', async () => {
    const line = (status: string, second: number): string =>
      JSON.stringify({
        identityMap: { crmid: [{ id: 'C-1' }] },
        segmentMembership: {
          ups: { 'hot-1': { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` } },
        },
        ...yes,
      });
    writeFileSync(join(folder, 'events.ndjson'), `${line('realized', 10)}\n${line('exited', 20)}\n`);
    const given = 'events.ndjson';
    expect(await run({ given, expect: [flag(true), call, flag(false)], only: true })).toEqual([]);
    expect(await run({ state: given, given: { left: 'hot' }, ending: 'unchanged' })).toEqual([]);
  });

  test('that are missing or empty are complaints', async () => {
    writeFileSync(join(folder, 'empty.json'), '');
    expect(await run({ given: 'nowhere.json' })).toEqual([expect.stringContaining('config.unreadable: ')]);
    expect(await run({ given: 'empty.json' })).toEqual(['the files of given hold no record']);
  });
});

test('the rules that asked for something are named', async () => {
  const made = TestCase.parse({ name: 'x', given: hot, expect: [call] });
  const { causes } = await runCase({ test: made, file: 'x', rules, connections: ['sales'] });
  expect(causes).toEqual(['hot (member of hot)', 'call (entered hot)']);
});
