import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../../local/demo/oracle-reading.js';
import { readTime } from '../../../local/demo/oracle-time.js';

const GOOD = '{"identityMap":{"crmid":[{"id":"C-1"}]}}';
/** One letter a record: r for readable, m for malformed. */
const judge = (body: string | Uint8Array): string =>
  readMessage(typeof body === 'string' ? Buffer.from(body) : body)
    .map((record) => (record === undefined ? 'm' : 'r'))
    .join('');
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const withMembership = (membership: string): string => `{"segmentMembership":{"ups":{"a-1":${membership}}}}`;

describe('messages', () => {
  test.each([
    ['one object', GOOD, 'r'],
    ['one object over several lines', JSON.stringify(JSON.parse(GOOD), null, 2), 'r'],
    ['an array', `[${GOOD},${GOOD}]`, 'rr'],
    ['a profiles list', `{"profiles":[${GOOD},${GOOD},${GOOD}]}`, 'rrr'],
    ['a line each', `${GOOD}\n${GOOD}\r\n\n`, 'rr'],
    ['one after another', `${GOOD}${GOOD} ${GOOD}`, 'rrr'],
    ['one after another over several lines', `${JSON.stringify(JSON.parse(GOOD), null, 2)}\n${GOOD}`, 'rr'],
    ['braces and quotes in texts', '{"a":"}{\\"}"}{"b":"\\\\"}', 'rr'],
    ['attributes alone', '{"person":{}}', 'r'],
    ['bad items in an array', `[${GOOD},{"identityMap":1},7,${GOOD}]`, 'rmmr'],
    ['bad items in a profiles list', `{"profiles":[{},${GOOD}]}`, 'mr'],
    ['a bad line', `${GOOD}\n{"cut":\n${GOOD}`, 'rmr'],
    ['a profile with an attribute called profiles', '{"profiles":[],"identityMap":{}}', 'r'],
    ['one broken object over several lines', '{\n"a":1,\n}\n', 'm'],
    ['a line that is a list', `[${GOOD},${GOOD}]\n${GOOD}`, 'rrr'],
    ['nothing', '', 'm'],
    ['white space', ' \n\n ', 'm'],
    ['an empty array', '[]', 'm'],
    ['an empty profiles list', '{"profiles":[]}', 'm'],
    ['an empty object', '{}', 'm'],
    ['a number', '42', 'm'],
    ['null', 'null', 'm'],
    ['no JSON', 'email,ups_1', 'm'],
    ['a trailing comma', '{"a":1,}', 'm'],
    ['something after the object', `${GOOD}x`, 'm'],
  ])('%s', (_, body, verdict) => expect(judge(body)).toBe(verdict));

  test('bytes that are not UTF-8', () => {
    expect(judge(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe('m');
  });
  test('gzip, whole or cut', () => {
    const zipped = gzipSync(`${GOOD}\n${GOOD}`);
    expect(judge(zipped)).toBe('rr');
    expect(judge(zipped.subarray(0, 20))).toBe('m');
    expect(judge(gzipSync(''))).toBe('m');
  });
  test('one mebibyte at most, ten when unpacked', () => {
    const ofSize = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(judge(ofSize(1024 * 1024))).toBe('r');
    expect(judge(ofSize(1024 * 1024 + 1))).toBe('m');
    expect(judge(gzipSync(ofSize(10 * 1024 * 1024)))).toBe('r');
    expect(judge(gzipSync(ofSize(10 * 1024 * 1024 + 1)))).toBe('m');
  });
});

describe('profiles', () => {
  test.each([
    ['memberships that are text', '{"segmentMembership":"none"}'],
    ['memberships that are a list', '{"segmentMembership":[]}'],
    ['memberships that are null', '{"segmentMembership":null}'],
    ['a namespace that is a list', '{"segmentMembership":{"ups":[]}}'],
    ['a membership that is text', withMembership('"realized"')],
    ['identities that are a list', '{"identityMap":[{"id":"C-1"}]}'],
    ['a namespace that is text', '{"identityMap":{"crmid":"C-1"}}'],
    ['an identity that is text', '{"identityMap":{"crmid":["C-1"]}}'],
    ['an identity that is a number', '{"identityMap":{"crmid":[{"id":1}]}}'],
    ['an empty identity', '{"identityMap":{"crmid":[{"id":""}]}}'],
    ['a blank identity', '{"identityMap":{"crmid":[{"id":" "}]}}'],
    ['an identity without id', '{"identityMap":{"crmid":[{}]}}'],
    ['an unknown status', withMembership('{"status":"exiting"}')],
    ['a status that is a number', withMembership('{"status":1}')],
    ['an unreadable time', withMembership('{"lastQualificationTime":"YYYY-MM-DD"}')],
    ['a hostile key', '{"__proto__":{"a":1}}'],
    ['a hostile key deep inside', '{"a":[{"b":{"__proto__":1}}]}'],
    ['a hostile key, escaped', '{"a":{"\\u005f_proto__":1}}'],
    ['33 levels', nested(33)],
    ['thousands of levels', nested(5000)],
    ['33 levels of lists', `{"a":${'['.repeat(32)}${']'.repeat(32)}}`],
  ])('%s: malformed', (_, body) => expect(judge(body)).toBe('m'));

  test.each([
    ['32 levels', nested(32)],
    ['a hostile word that is no key', '{"note":"__proto__"}'],
    ['unknown members', withMembership('{"status":"realized","validUntil":1,"more":{}}')],
    ['identities without memberships', GOOD],
    ['the prefixed spelling of an id', '{"identityMap":{"crmid":[{"xdm:id":"C-1"}]}}'],
    ['no identities in a namespace', '{"identityMap":{"crmid":[]}}'],
  ])('%s: readable', (_, body) => expect(judge(body)).toBe('r'));

  test.each([
    ['realized', true],
    ['existing', true],
    ['active', true],
    ['REALIZED', true],
    ['Active', true],
    ['exited', false],
    ['expired', false],
    ['Expired', false],
  ])('status %s', (status, member) => {
    const [record] = readMessage(Buffer.from(withMembership(JSON.stringify({ status }))));
    expect(record?.assertions).toEqual([{ namespace: 'ups', id: 'a-1', member, at: undefined }]);
  });
  test('no status: a member', () => {
    expect(readMessage(Buffer.from(withMembership('{}')))[0]?.assertions[0]?.member).toBe(true);
  });
});

describe('times', () => {
  test.each([
    ['2022-01-11T21:24:39Z', '2022-01-11T21:24:39.000Z', 0],
    ['2018-04-26T15:52:25+00:00', '2018-04-26T15:52:25.000Z', 0],
    ['2019-04-15T02:41:50+0000', '2019-04-15T02:41:50.000Z', 0],
    ['2019-04-15T02:41:50.120+0000', '2019-04-15T02:41:50.120Z', 0],
    ['2019-04-15T02:41:50+02:00', '2019-04-15T00:41:50.000Z', 0],
    ['2019-04-15T22:41:50-0230', '2019-04-16T01:11:50.000Z', 0],
    ['2021-06-17T12:25:12.872039Z', '2021-06-17T12:25:12.872Z', 39],
    ['2021-06-17T12:25:12.1Z', '2021-06-17T12:25:12.100Z', 0],
    ['2021-03-10 10:03:08', '2021-03-10T10:03:08.000Z', 0],
    ['2024-10-12T09:50', '2024-10-12T09:50:00.000Z', 0],
    ['2024-10-12', '2024-10-12T00:00:00.000Z', 0],
    [1648553325, '2022-03-29T11:28:45.000Z', 0],
    [1648553325000, '2022-03-29T11:28:45.000Z', 0],
    ['1642745034000001', '2022-01-21T06:03:54.000Z', 1],
  ])('%s', (text, instant, micros) => {
    expect(readTime(text)).toBe(Date.parse(instant) * 1000 + micros);
  });
  test.each([
    '',
    'yesterday',
    'YYYY-MM-DD',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '123',
    null,
    {},
    true,
  ])('%j is no time', (value) => expect(readTime(value)).toBeUndefined());
});

test('the oracle shares no code with what it checks, the generator included', () => {
  const imports = ['oracle.ts', 'oracle-rules.ts', 'oracle-reading.ts', 'oracle-time.ts'].flatMap((file) => {
    const source = readFileSync(new URL(`../../../local/demo/${file}`, import.meta.url), 'utf8');
    return [...source.matchAll(/from '([^']+)'/g)].map((found) => found[1]);
  });
  expect(new Set(imports)).toEqual(
    new Set(['./oracle-reading.js', './oracle-rules.js', './oracle-time.js', 'node:zlib']),
  );
});
