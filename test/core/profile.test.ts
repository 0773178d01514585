import { describe, expect, test } from 'vitest';
import { ProfileSchema, readProfile } from '../../shared/core/profile.js';

const T1 = '2026-11-01T10:00:00Z';
const T2 = '2026-11-02T10:00:00Z';
const at = (text: string): number => Date.parse(text) * 1000;

/** The profile of a body that must be readable. */
function read(body: unknown) {
  const result = readProfile(body);
  if (!result.ok) throw result.fault;
  return result.value;
}

const codeOf = (body: unknown): string | undefined => {
  const result = readProfile(body);
  return result.ok ? undefined : result.fault.code;
};

const oneMembership = (membership: unknown): unknown => ({
  segmentMembership: { ups: { 'a-1': membership } },
});

test("reads the sample of Adobe's HTTP API page", () => {
  const body = {
    person: { birthDate: 'YYYY-MM-DD', name: { firstName: 'John', lastName: 'Doe' } },
    personalEmail: { address: 'john.doe@example.com' },
    segmentMembership: {
      ups: {
        '7841ba61-23c1-4bb3-a495-00d3g5fe1e93': {
          lastQualificationTime: '2022-01-11T21:24:39Z',
          status: 'exited',
        },
        '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae': {
          lastQualificationTime: '2022-01-02T23:37:33Z',
          status: 'realized',
        },
      },
    },
    identityMap: {
      ecid: [{ id: '14575006536349286404619648085736425115' }],
      email_lc_sha256: [{ id: '655332b5fa2aea4498bf7a290cff017cb4' }],
    },
  };
  const profile = read(body);
  expect([...profile.identities]).toEqual([
    ['ecid', ['14575006536349286404619648085736425115']],
    ['email_lc_sha256', ['655332b5fa2aea4498bf7a290cff017cb4']],
  ]);
  expect(profile.memberships).toEqual([
    {
      namespace: 'ups',
      audience: '7841ba61-23c1-4bb3-a495-00d3g5fe1e93',
      member: false,
      at: at('2022-01-11T21:24:39Z'),
    },
    {
      namespace: 'ups',
      audience: '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae',
      member: true,
      at: at('2022-01-02T23:37:33Z'),
    },
  ]);
  expect(profile.body).toBe(body);
});

test.each([
  ['realized', true],
  ['existing', true],
  ['active', true],
  ['Active', true],
  ['REALIZED', true],
  ['exited', false],
  ['expired', false],
  ['Expired', false],
  ['EXITED', false],
  [undefined, true],
])('status %s means member: %s', (status, member) => {
  const membership = status === undefined ? {} : { status };
  expect(read(oneMembership(membership)).memberships).toEqual([
    { namespace: 'ups', audience: 'a-1', member, at: undefined },
  ]);
});

test.each([
  ['exiting'],
  ['qualified'],
  [''],
  [' realized'],
  ['constructor'],
  ['__proto__'],
  ['toString'],
  [null],
  [1],
  [true],
  [['realized']],
  [{ value: 'realized' }],
])('status %j is unknown, never guessed', (status) => {
  expect(codeOf(oneMembership({ status, lastQualificationTime: T1 }))).toBe('decode.status');
});

test.each(['YYYY-MM-DD', 'yesterday', '', null, 0, true, {}, [T1], Number.NaN])(
  'time %j cannot be read',
  (time) => {
    expect(codeOf(oneMembership({ status: 'realized', lastQualificationTime: time }))).toBe('decode.time');
  },
);

test('times are kept to the microsecond', () => {
  const { memberships } = read(oneMembership({ lastQualificationTime: '2021-06-17T12:25:12.872039Z' }));
  expect(memberships[0]?.at).toBe(1_623_932_712_872_039);
});

test.each([
  [undefined],
  [null],
  [1],
  ['profile'],
  [true],
  [[]],
  [[{ identityMap: {} }]],
  [{}],
  [{ identityMap: null }],
  [{ identityMap: [] }],
  [{ identityMap: 'C-1' }],
  [{ identityMap: [{ id: 'C-1' }] }],
  [{ identityMap: { crmid: 'C-1' } }],
  [{ identityMap: { crmid: { id: 'C-1' } } }],
  [{ identityMap: { crmid: ['C-1'] } }],
  [{ identityMap: { crmid: [null] } }],
  [{ identityMap: { crmid: [{}] } }],
  [{ identityMap: { crmid: [{ id: '' }] } }],
  [{ identityMap: { crmid: [{ id: ' \t' }] } }],
  [{ identityMap: { crmid: [{ id: 1001 }] } }],
  [{ identityMap: { crmid: [{ id: null, 'xdm:id': 'C-1' }] } }],
  [{ identityMap: { crmid: [{ 'xdm:id': 7 }] } }],
  [{ identityMap: { crmid: [{ id: 'C-1' }, { id: '' }] } }],
  [{ segmentMembership: null }],
  [{ segmentMembership: [] }],
  [{ segmentMembership: 'none' }],
  [{ segmentMembership: { ups: [] } }],
  [{ segmentMembership: { ups: null } }],
  [{ segmentMembership: { ups: 'none' } }],
  [oneMembership('realized')],
  [oneMembership(null)],
  [oneMembership([])],
])('%j is malformed', (body) => {
  expect(codeOf(body)).toBe('decode.shape');
  expect(ProfileSchema.safeParse(body).success).toBe(false);
});

test('every part is optional, alone and together; unknown members are kept', () => {
  for (const body of [
    { identityMap: {} },
    { segmentMembership: {} },
    { segmentMembership: { ups: {} } },
    { identityMap: { crmid: [] } },
    { person: null },
    { anything: [1], segmentMembership: { ups: { a: { name: 'x', payload: { payloadType: 'boolean' } } } } },
  ]) {
    expect(read(body).body).toEqual(body);
  }
});

describe('identities', () => {
  test('namespaces are compared in any case and merged, ids keep theirs', () => {
    const { identities } = read({
      identityMap: { CRMID: [{ id: 'B' }], crmid: [{ id: 'a' }], CrmId: [{ id: 'B' }], ECID: [{ id: 'x' }] },
    });
    expect([...identities]).toEqual([
      ['crmid', ['B', 'a', 'B']],
      ['ecid', ['x']],
    ]);
  });

  test('a namespace may be a URI', () => {
    const { identities } = read({
      identityMap: { 'https://data.adobe.io/entities/namespace/4': [{ id: 'x' }] },
    });
    expect(identities.get('https://data.adobe.io/entities/namespace/4')).toEqual(['x']);
  });

  test('members may bear the prefix of the schema', () => {
    const { identities, primary } = read({
      identityMap: { crmid: [{ 'xdm:id': 'z' }, { 'xdm:id': 'y', 'xdm:primary': true }, { id: 'a' }] },
    });
    expect(identities.get('crmid')).toEqual(['z', 'y', 'a']);
    expect(primary.get('crmid')).toBe('y');
  });

  test('of several primary ids of a namespace the smallest by code units is remembered', () => {
    const { primary } = read({
      identityMap: {
        crmid: [{ id: 'a' }, { id: 'z', primary: true }, { id: 'b', primary: true }],
        CRMID: [{ id: 'B', primary: true }],
        email: [
          { id: 'x', primary: false },
          { id: 'y', primary: 'true' },
          { id: 'z', primary: 1 },
        ],
      },
    });
    expect([...primary]).toEqual([['crmid', 'B']]);
  });
});

describe('memberships', () => {
  test('members may bear the prefix of the schema', () => {
    expect(
      read({
        segmentMembership: {
          ups: {
            a: { 'xdm:status': 'exited', 'xdm:lastQualificationTime': T1 },
            b: { 'xdm:timestamp': T2 },
            c: { status: 'exited', 'xdm:status': 'realized', lastQualificationTime: T1, 'xdm:timestamp': T2 },
          },
        },
      }).memberships,
    ).toEqual([
      { namespace: 'ups', audience: 'a', member: false, at: at(T1) },
      { namespace: 'ups', audience: 'b', member: true, at: at(T2) },
      { namespace: 'ups', audience: 'c', member: false, at: at(T1) },
    ]);
    expect(codeOf(oneMembership({ 'xdm:status': 'exiting' }))).toBe('decode.status');
    expect(codeOf(oneMembership({ 'xdm:timestamp': 'yesterday' }))).toBe('decode.time');
  });

  test('namespaces are compared in any case, audience ids are not', () => {
    const { memberships } = read({
      segmentMembership: { UPS: { a: {}, A: {} }, CustomerAudienceUpload: { a: {} } },
    });
    expect(memberships.map(({ namespace, audience }) => `${namespace} ${audience}`)).toEqual([
      'ups a',
      'ups A',
      'customeraudienceupload a',
    ]);
  });
});

test('messages of faults name no identity, audience or value', () => {
  for (const body of [
    { identityMap: { 'ada@example.com': [{ id: 7 }] } },
    oneMembership({ status: 'ada@example.com' }),
    oneMembership({ lastQualificationTime: 'ada@example.com' }),
  ]) {
    const result = readProfile(body);
    expect(result.ok ? '' : result.fault.message).toMatch(/./);
    expect(result.ok ? '' : result.fault.message).not.toContain('ada');
  }
});
