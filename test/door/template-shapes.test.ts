import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { follow } from '../../shared/core/path.js';
import { undotted } from '../../shared/door/dotted.js';
import { doorWorld } from './door-world.js';

/** Made after the output that Adobe's pages print for their own templates, with people of example.com. */
const AT = new Date(1_790_000_000_000).toISOString();
const said = (status: string) => ({ status, lastQualificationTime: AT });

async function stored(body: unknown): Promise<unknown[]> {
  const world = doorWorld();
  const { status, json } = await world.post(body);
  expect([status, json['malformed']]).toEqual([200, 0]);
  return world.records();
}

test('lists to add to and remove from, identities as pairs, attributes', async () => {
  const body = {
    profiles: [
      {
        attributes: { firstName: 'Hermione', birthDate: null },
        identities: [
          { type: 'email', id: 'hermione@example.com' },
          { type: 'email', id: 'hg@example.com' },
          { type: 'external_id', id: '123456' },
        ],
        AdobeExperiencePlatformSegments: { add: ['a-1', 'a-2'], remove: ['a-3'] },
      },
      {
        attributes: { firstName: 'Harry', birthDate: '1980/07/31' },
        identities: [{ type: 'email', id: 'harry@example.com' }],
        AdobeExperiencePlatformSegments: { add: ['a-1'], remove: [] },
      },
    ],
  };
  const harry = {
    firstName: 'Harry',
    birthDate: '1980/07/31',
    identityMap: { email: [{ id: 'harry@example.com' }] },
    segmentMembership: { ups: { 'a-1': said('realized') } },
  };
  expect(await stored(body)).toEqual([
    {
      firstName: 'Hermione',
      birthDate: null,
      identityMap: {
        email: [{ id: 'hermione@example.com' }, { id: 'hg@example.com' }],
        external_id: [{ id: '123456' }],
      },
      segmentMembership: { ups: { 'a-1': said('realized'), 'a-2': said('realized'), 'a-3': said('exited') } },
    },
    harry,
  ]);
  expect(await stored(body.profiles[1])).toEqual([harry]);
});

test('identities alone, memberships alone, attributes alone', async () => {
  expect(await stored({ identities: [{ type: 'email', id: 'j@example.com' }] })).toEqual([
    { identityMap: { email: [{ id: 'j@example.com' }] } },
  ]);
  expect(await stored({ AEPSegments: { add: [], remove: ['a-1'] } })).toEqual([
    { segmentMembership: { ups: { 'a-1': said('exited') } } },
  ]);
  expect(await stored({ attributes: { first_name: 'Yours' } })).toEqual([{ first_name: 'Yours' }]);
});

test('an audience in both lists is left', async () => {
  expect(await stored({ AEPSegments: { add: ['a-1'], remove: ['a-1'] } })).toEqual([
    { segmentMembership: { ups: { 'a-1': said('exited') } } },
  ]);
});

test('our own template: memberships as AEP keeps them, attributes unwrapped, absent ones left out', async () => {
  const parts = {
    segmentMembership: {
      ups: { 'a-1': { lastQualificationTime: '2019-04-15T02:41:50.000+0000', status: 'realized' } },
      CustomerAudienceUpload: { vip: { status: 'exited' } },
    },
    identityMap: { email: [{ id: 'jd@example.com' }] },
  };
  const attributes = {
    firstName: {},
    lastName: { value: 'Doe "the" \\ & é\n' },
    points: { value: 0 },
    person: { name: { middle: { value: null } } },
    identityMap: { value: { email: [{ id: 'other@example.com' }] } },
  };
  expect(await stored({ profiles: [{ ...parts, attributes }] })).toEqual([
    { lastName: 'Doe "the" \\ & é\n', points: 0, person: { name: { middle: null } }, ...parts },
  ]);
});

test('target attributes with dotted names are where rules read them', async () => {
  const attributes = {
    'person.name.firstName': { value: 'Ada' },
    'person.name.lastName': { value: 'Example' },
    'person.gone': {},
    person: { title: { value: 'Dr' } },
    plain: { value: 1 },
    'plain.deeper': { value: 2 },
    'identityMap.email': { value: [{ id: 'other@example.com' }] },
    'a..b': { value: 3 },
    'a.__proto__.b': { value: 4 },
  };
  expect(await stored({ attributes, identities: [{ type: 'crmid', id: 'C-1' }] })).toEqual([
    {
      person: { name: { firstName: 'Ada', lastName: 'Example' }, title: 'Dr' },
      plain: 1,
      'plain.deeper': 2,
      'a..b': 3,
      'a.__proto__.b': 4,
      identityMap: { crmid: [{ id: 'C-1' }] },
    },
  ]);
});

test('any set of paths comes out as if it had been sent nested, in any order, and nothing is lost', () => {
  const step = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('.'));
  const run = fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
    const flat = Object.fromEntries(paths.map((name, i) => [name, i]));
    const made = undotted(flat);
    const isPrefixed = (name: string) =>
      paths.some((other) => other !== name && other.startsWith(`${name}.`));
    const inTheWay = paths.some(isPrefixed);
    for (const [name, value] of Object.entries(flat)) {
      const found = follow(made, name.split('.')) === value || made[name] === value;
      expect(found).toBe(true);
      if (!inTheWay) expect(follow(made, name.split('.'))).toBe(value);
    }
  });
  fc.assert(run);
});

test('many thousand dotted names take no longer than as many others', () => {
  const flat = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`a.b.x${i}`, i]));
  const start = performance.now();
  expect(Object.keys(Object(follow(undotted(flat), ['a', 'b'])))).toHaveLength(50_000);
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('an export of AEP with an attribute of that name is left as it is', async () => {
  const profile = { identityMap: {}, person: {}, attributes: { a: { value: 1 } } };
  expect(await stored(profile)).toEqual([profile]);
});

test('a call about one audience: each of its profiles is in it, or not if the call says so', async () => {
  const call = { audienceId: 'a-1', audienceNamespace: 'CustomerAudienceUpload' };
  const membership = (status: string) => ({
    segmentMembership: { CustomerAudienceUpload: { 'a-1': said(status) } },
  });
  expect(await stored({ ...call, profiles: [{ firstName: 'Tom' }, { firstName: 'Jerry' }] })).toEqual([
    { firstName: 'Tom', ...membership('realized') },
    { firstName: 'Jerry', ...membership('realized') },
  ]);
  const person = { identities: [{ type: 'email', id: 'tom@example.com' }], attributes: { firstName: 'Tom' } };
  expect(await stored({ ...call, audienceStatus: 'exited', profiles: [person] })).toEqual([
    { firstName: 'Tom', identityMap: { email: [{ id: 'tom@example.com' }] }, ...membership('exited') },
  ]);
});

test('grouped by identity: namespaces with bare texts', async () => {
  const body = { profiles: [{ IDFA: ['AEBE52E7'], GAID: ['e4fe9bde', '47bh00i9'] }] };
  const expected = {
    identityMap: { IDFA: [{ id: 'AEBE52E7' }], GAID: [{ id: 'e4fe9bde' }, { id: '47bh00i9' }] },
  };
  expect(await stored(body)).toEqual([expected]);
  expect(await stored(body.profiles[0])).toEqual([expected]);
});

test('the oldest template: the first member is the identity, the rest are attributes', async () => {
  const item = {
    external_id: '4711',
    AEPSegments: { add: ['fans'], remove: ['old'] },
    firstName: 'Ada',
    last: null,
  };
  const { AEPSegments: lists, ...rest } = item;
  const expected = {
    firstName: 'Ada',
    last: null,
    external_id: '4711',
    identityMap: { external_id: [{ id: '4711' }] },
    segmentMembership: { ups: { fans: said('realized'), old: said('exited') } },
  };
  expect(await stored({ attributes: [item] })).toEqual([expected]);
  expect(await stored({ attributes: [{ ...rest, AdobeExperiencePlatformSegments: lists }] })).toEqual([
    expected,
  ]);
});

test.each([
  { identities: [{ type: 'email' }] },
  { identities: 'email' },
  { AEPSegments: { add: [1] } },
  { attributes: 'none', identities: [] },
  { tags: ['a', 1] },
  { tags: [] },
])('what only looks like a template is kept as it came: %j', async (item) => {
  expect(await stored(item)).toEqual([item]);
});
