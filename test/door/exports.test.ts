import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { LIMITS } from '../../shared/core/envelope.js';
import { Fault } from '../../shared/core/fault.js';
import type { Entry, Fate } from '../../shared/door/ports.js';
import { doorWorld, request } from './door-world.js';

const person = (crmid: string, more: object = {}) => ({
  person: { name: { firstName: 'Ada' } },
  identityMap: { crmid: [{ id: crmid }] },
  segmentMembership: {
    ups: { 'hot-1': { lastQualificationTime: '2026-01-02T03:04:05Z', status: 'realized' } },
  },
  ...more,
});
const BAD = person('3', { segmentMembership: { ups: { 'hot-1': { status: 'exiting' } } } });
const fate = (kind: 'throttled' | 'unavailable' | 'too-large'): Fate => ({
  kind,
  fault: new Fault(kind === 'throttled' ? 'stream.throttled' : 'stream.unavailable', 'no'),
});
const durable: Fate = { kind: 'durable' };

const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');

test.each([
  ['one object', person('1'), [person('1')]],
  ['an array', [person('1'), person('2')], [person('1'), person('2')]],
  ['profiles', { profiles: [person('1'), person('2')] }, [person('1'), person('2')]],
  ['lines', lines(person('1'), person('2')), [person('1'), person('2')]],
  [
    'objects after one another',
    lines(person('1'), person('2')).replace('\n', ''),
    [person('1'), person('2')],
  ],
])('%s: every profile is a record of its own, as it came', async (_, body, expected) => {
  const world = doorWorld();
  const { status, json } = await world.post(body);
  expect(status).toBe(200);
  expect(json).toEqual({
    requestId: 'request-1',
    received: expected.length,
    accepted: expected.length,
    malformed: 0,
    testProfiles: 0,
  });
  expect(world.records()).toEqual(expected);
});

test.each([
  ['gzip', 'gzip', gzipSync],
  ['gzip that nobody announces', '', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without a head', 'deflate', deflateRawSync],
  ['br', 'br', brotliCompressSync],
  ['two layers', 'deflate, x-gzip', (bytes: Buffer) => gzipSync(deflateSync(bytes))],
  ['what was unpacked on its way', 'gzip', (bytes: Buffer) => bytes],
])('%s is unpacked', async (_, encoding, pack) => {
  const world = doorWorld();
  const body = pack(Buffer.from(JSON.stringify(person('1'))));
  const { status } = await world.post(body, { headers: { 'content-encoding': encoding } });
  expect([status, world.records()]).toEqual([200, [person('1')]]);
});

test.each(['utf-8', 'none', 'zstd', 'deflate', 'br', 'gzip', 'gzip, gzip, gzip, gzip'])(
  'JSON that is not packed is read, although it says %s',
  async (encoding) => {
    const world = doorWorld();
    const { status } = await world.post(person('1'), { headers: { 'content-encoding': encoding } });
    expect([status, world.records()]).toEqual([200, [person('1')]]);
  },
);

test('gzip is unpacked by its bytes, also under a name that is not understood', async () => {
  const world = doorWorld();
  const body = gzipSync(JSON.stringify(person('1')));
  const { status } = await world.post(body, { headers: { 'content-encoding': 'gzip;q=1' } });
  expect([status, world.records()]).toEqual([200, [person('1')]]);
});

test('of a partly bad call the good is in the stream, the bad a dead letter with its bytes', async () => {
  const world = doorWorld();
  const { status, json } = await world.post(
    `${JSON.stringify(person('1'))}\n{"cut":\n${JSON.stringify(BAD)}`,
  );
  expect([status, json['accepted'], json['malformed']]).toEqual([200, 1, 2]);
  expect(world.records()).toEqual([person('1')]);
  const letters = world.letters.all().map(({ message, fault }) => [String(message.body), fault.code]);
  expect(letters).toEqual([
    ['{"cut":', 'decode.json'],
    [JSON.stringify(BAD), 'decode.status'],
  ]);
});

test('hundreds of bad items become a few letters, which read as so many records', async () => {
  const world = doorWorld();
  const { status, json } = await world.post({ profiles: Array.from({ length: 300 }, () => BAD) });
  expect([status, json['malformed'], world.letters.all().length]).toEqual([200, 300, 1]);
  const [letter] = world.letters.all();
  expect(String(letter?.message.body).trim().split('\n')).toHaveLength(300);
});

test('a list without profiles is nothing to keep and nothing to refuse', async () => {
  const world = doorWorld();
  expect((await world.post({ profiles: [] })).json['received']).toBe(0);
});

test.each([
  ['no JSON', 'Hello', 'decode.json'],
  ['a bare value', '42', 'decode.shape'],
  ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'decode.encoding'],
  ['hostile members', '{"a":{"__proto__":1}}', 'decode.hostile-key'],
  ['a tower of lists', '['.repeat(5_000) + ']'.repeat(5_000), 'decode.too-deep'],
  ['half of a gzip', gzipSync('{"a":1}').subarray(0, 15), 'decode.compression'],
])('%s can never be read: 400, and a dead letter keeps the bytes', async (_, body, code) => {
  const world = doorWorld();
  const { status, json } = await world.post(body);
  expect([status, json['error']]).toEqual([400, code]);
  const [letter] = world.letters.all();
  expect(Buffer.from(letter?.message.body as Uint8Array)).toEqual(Buffer.from(body)); // of a letter of the door
  expect(letter?.message.source).toBe('http');
  expect(letter?.fault.code).toBe(code);
});

const TOWER = '['.repeat(7_000) + ']'.repeat(7_000);

test('items that are too deep to be cut out of their call make one letter of it, however many they are', async () => {
  const world = doorWorld();
  const buried = vi.spyOn(world.letters, 'bury');
  const body = `[${JSON.stringify(person('1'))},${TOWER},${TOWER},${TOWER}]`;
  const { status, json } = await world.post(body);
  expect([status, json['accepted'], json['malformed']]).toEqual([200, 1, 3]);
  expect(buried.mock.calls.map(([letters]) => letters.map(({ message }) => String(message.body)))).toEqual([
    [body],
  ]);
});

test('what a call says of each of its profiles cannot make more of it than a few times its length', async () => {
  const world = doorWorld();
  const body = { audienceId: 'x'.repeat(50_000), profiles: Array.from({ length: 100 }, () => person('1')) };
  const { status, json } = await world.post(body);
  expect([status, json['error'], world.records()]).toEqual([413, 'decode.too-large', []]);
  expect(world.letters.all()).toHaveLength(1);
});

test('an encoding nobody knows is 400; the body is kept as it came', async () => {
  const world = doorWorld();
  const body = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
  const { status } = await world.post(body, { headers: { 'content-encoding': 'zstd' } });
  expect([status, world.letters.all().length]).toEqual([400, 1]);
});

test('an empty body is refused; there is nothing to keep', async () => {
  const world = doorWorld();
  expect([(await world.post('')).status, world.letters.all()]).toEqual([400, []]);
});

test('the same bad call, repeated, makes one letter', async () => {
  const world = doorWorld();
  await world.post('Hello');
  await world.post('Hello');
  expect(world.letters.all()).toHaveLength(1);
});

test.each([
  ['by its length', 'x'.repeat(100_001)],
  ['by what it unpacks to', gzipSync(Buffer.alloc(400_001, 32))],
  ['by the number of its profiles', `[${'{"a":1},'.repeat(10_000)}{"a":1}]`],
])('a body too large %s is 413; its bytes are kept', async (_, body) => {
  const world = doorWorld();
  const { status, json } = await world.post(body);
  expect([status, json['error'], world.letters.all().length]).toEqual([413, 'decode.too-large', 1]);
});

test('what is too long for one record goes in packed, and if that is too long, into a letter', async () => {
  const world = doorWorld({ entryBytes: 5_000 });
  const noise = Array.from({ length: 2_000 }, (_, i) => createHash('md5').update(`${i}`).digest('hex'));
  const [long, longer] = [person('1', { note: 'x'.repeat(9_000) }), person('2', { noise })];
  const { json } = await world.post([long, longer]);
  expect([json['accepted'], json['malformed']]).toEqual([1, 1]);
  const [packed] = world.stream.entries();
  expect(JSON.parse(String(gunzipSync(packed?.body ?? '')))).toEqual(long);
  expect(world.letters.all().map(({ fault }) => fault.code)).toEqual(['decode.too-large']);
});

test('what unpacks to more than its consumer takes is a letter and not accepted', async () => {
  const world = doorWorld({ unpackedBytes: 20_000_000 });
  const body = gzipSync(JSON.stringify(person('1', { note: 'x'.repeat(LIMITS.inflatedBytes) })));
  const { status, json } = await world.post(body);
  expect([status, json['accepted'], json['malformed']]).toEqual([200, 0, 1]);
  expect(world.letters.all().map(({ fault }) => fault.code)).toEqual(['decode.too-large']);
});

test('a body of very many tiny values is refused before it is parsed', async () => {
  const world = doorWorld({ unpackedBytes: 20_000_000 });
  const text = `{"identityMap":{"crmid":[{"id":"1"}]},"x":[0${',0'.repeat(1_000_000)}]}`;
  const { status, json } = await world.post(gzipSync(text));
  expect([status, json['error']]).toEqual([413, 'decode.too-large']);
});

test('as many identities as a body can hold take no more time than reading them', async () => {
  const world = doorWorld({ unpackedBytes: 20_000_000 });
  const identities = Array.from({ length: 150_000 }, () => ({ type: 'crmid', id: '1' }));
  const before = process.cpuUsage();
  await world.post(gzipSync(JSON.stringify({ identities, attributes: {} })));
  expect(process.cpuUsage(before).user).toBeLessThan(4_000_000);
});

test('200 is answered only after the stream has said that all of it is durable', async () => {
  let letIn: (fates: Fate[]) => void = () => undefined;
  const world = doorWorld({
    interfere: () =>
      new Promise<Fate[]>((resolve) => {
        letIn = resolve;
      }),
  });
  let answered = false;
  const asked = world.post(person('1')).then((response) => {
    answered = true;
    return response;
  });
  await world.clock.advance(1_000);
  expect(answered).toBe(false);
  letIn([durable]);
  expect((await asked).status).toBe(200);
});

test('entries that are refused for the moment are tried again, and only those', async () => {
  const tries: number[] = [];
  const world = doorWorld({
    interfere: async (entries: readonly Entry[]) => {
      tries.push(entries.length);
      return entries.map((_, i) => (i === 0 ? durable : fate(i % 2 === 0 ? 'throttled' : 'unavailable')));
    },
  });
  const asked = world.post([person('1'), person('2'), person('3')]);
  await world.clock.advance(1_000);
  expect((await asked).status).toBe(200);
  expect(tries).toEqual([3, 2, 1]);
  expect(world.records()).toHaveLength(3);
});

test.each([
  ['throttled', 429, 'stream.throttled'],
  ['unavailable', 503, 'stream.unavailable'],
] as const)('a stream that stays %s is answered with %i in time', async (kind, status, code) => {
  const world = doorWorld({ interfere: async (entries) => entries.map(() => fate(kind)) });
  const before = world.clock.now();
  const asked = world
    .post(person('1'))
    .then((response) => ({ ...response, after: world.clock.now() - before }));
  await world.clock.advance(2_000);
  const response = await asked;
  expect([response.status, response.json['error']]).toEqual([status, code]);
  expect(response.after).toBeLessThanOrEqual(1_700);
});

test('a stream that never answers, or throws, is answered with 503 in time', async () => {
  for (const interfere of [
    () => new Promise<Fate[]>(() => undefined),
    () => Promise.reject(new TypeError('secret text')),
  ]) {
    const world = doorWorld({ interfere });
    const asked = world.post(person('1'));
    await world.clock.advance(1_700);
    const { status, body } = await asked;
    expect(status).toBe(503);
    expect(body).not.toContain('secret text');
  }
});

test('what will never fit the stream is a letter, and the call is done', async () => {
  const world = doorWorld({ interfere: async () => [fate('too-large'), durable] });
  const { status, json } = await world.post([person('1'), person('2')]);
  expect([status, json['accepted'], json['malformed']]).toEqual([200, 1, 1]);
  expect(world.letters.all()).toHaveLength(1);
});

test.each([['Hello'], [[person('1'), BAD]]])(
  'when the dead letters cannot be written nothing is told as done: 503',
  async (body) => {
    for (const bury of [
      () => Promise.reject(new Fault('park.unavailable', 'no')),
      () => new Promise<void>(() => undefined),
    ]) {
      const world = doorWorld();
      world.letters.bury = bury;
      const asked = world.post(body);
      await world.clock.advance(1_700);
      expect((await asked).status).toBe(503);
    }
  },
);

test('a bug is answered with 503 and not quoted, neither in the answer nor in the log', async () => {
  const world = doorWorld();
  world.letters.bury = () => Promise.reject(new TypeError('ada@example.com'));
  const { status, body, json } = await world.post('Hello');
  expect([status, json['error']]).toEqual([503, 'door.unavailable']);
  expect(body + world.lines.join()).not.toContain('ada@');
});

test('a person keeps one partition key, which does not tell who it is', async () => {
  const world = doorWorld();
  await world.post([person('4711'), person('4711', { person: {} }), person('4712')]);
  const [one, other, third] = world.stream.entries().map(({ key }) => key);
  expect(one).toBe(other);
  expect(one).not.toBe(third);
  expect(one).toMatch(/^[0-9a-f]{32}$/);
});

test('a sample profile of Destination SDK is answered with 200 and stays out of the stream', async () => {
  const world = doorWorld();
  const made = {
    identityMap: { ECID: [{ id: 'ECID-Z3i2t' }], external_id: [{ id: 'external_id-h29Fq' }] },
    segmentMembership: {
      ups: { 'hot-1': { lastQualificationTime: '2021-05-13T12:16:27.248585Z', status: 'realized' } },
    },
    attributes: { firstName: { value: 'string' } },
  };
  const { status, json } = await world.post({ profiles: [made] });
  expect([status, json['testProfiles'], world.records()]).toEqual([200, 1, []]);
  expect(world.letters.all()[0]?.fault.code).toBe('door.test-profile');
});

test('people whose ids only look like those of samples are people, and samples may be let in', async () => {
  const real = person('CRM-12345', { loyalty: { points: 5 }, identityMap: { crm: [{ id: 'CRM-12345' }] } });
  const made = { ...real, person: { name: { firstName: 'string' } }, loyalty: undefined };
  const world = doorWorld();
  const { json } = await world.post([real, made]);
  expect([json['accepted'], json['testProfiles']]).toEqual([1, 1]);
  const warned = world.lines.map((line) => JSON.parse(line)).find(({ level }) => level === 'warn');
  expect(warned).toEqual({
    level: 'warn',
    event: 'door.test-profiles',
    requestId: 'request-1',
    testProfiles: 1,
  });
  const taking = doorWorld({ takesSamples: true });
  expect((await taking.post([real, made])).json['accepted']).toBe(2);
});

test('a sample with no attributes is known by its audiences', async () => {
  const segmentMembership = { ups: { segmentid1: { status: 'realized' }, segmentid2: { status: 'exited' } } };
  const made = { identityMap: { crmid: [{ id: 'crmid-P1A7l' }] }, segmentMembership };
  expect((await doorWorld().post(made)).json['testProfiles']).toBe(1);
});

test('the log says why the stream refuses, each reason once a call, and how many went where', async () => {
  const world = doorWorld({
    interfere: async () => [fate('too-large'), fate('too-large'), durable],
  });
  await world.post([person('1'), person('2'), person('3')]);
  const said = world.lines.map((line) => JSON.parse(line));
  expect(said.filter(({ event }) => event === 'door.stream')).toEqual([
    {
      level: 'warn',
      event: 'door.stream',
      requestId: 'request-1',
      fault: 'stream.unavailable',
      message: 'no',
    },
  ]);
  expect(said.at(-1)).toMatchObject({ event: 'door.exports', accepted: 1, malformed: 2, testProfiles: 0 });
});

test('the log says why the dead letters cannot be written', async () => {
  const world = doorWorld();
  world.letters.bury = () => Promise.reject(new Fault('park.unavailable', 'no such bucket'));
  await world.post('Hello');
  expect(world.lines.join()).toContain('no such bucket');
});

test('source, sandbox and tenant are carried into the record and the letter', async () => {
  const world = doorWorld();
  await world.post([person('1'), BAD], {
    path: '/v1/exports/acme%20shop/',
    query: new URLSearchParams('sandbox=prod&source=ignored'),
    headers: { 'x-tributary-tenant': 'acme', 'x-tributary-sandbox': 'ignored' },
  });
  const origin = { source: 'acme shop', sandbox: 'prod', tenant: 'acme' };
  expect(world.records()).toEqual([{ ...person('1'), _tributary: origin }]);
  expect(world.letters.all()[0]?.message.source).toBe('http:acme shop');
});

test.each([
  ['//v1/exports', {}],
  ['/v1//exports//', {}],
  ['/v1/exports/a/b', { _tributary: { source: 'a/b' } }],
])(
  '%s leads to the exports as well: Adobe does not repeat what was answered with 404',
  async (path, origin) => {
    const world = doorWorld();
    expect((await world.post(person('1'), { path })).status).toBe(200);
    expect(world.records()).toEqual([{ ...person('1'), ...origin }]);
  },
);

test('the platform says when it took the request in: what has passed since counts, within reason', async () => {
  const never = () => new Promise<Fate[]>(() => undefined);
  for (const [waited, takes] of [
    [500, 1_200],
    [60_000, 300],
    [-60_000, 1_700],
    [3_600_000, 1_700],
  ] as const) {
    const world = doorWorld({ interfere: never });
    const before = world.clock.now();
    const asked = world
      .post(person('1'), { receivedAt: before - waited })
      .then(() => world.clock.now() - before);
    await world.clock.advance(5_000);
    expect(await asked).toBe(takes);
  }
});

test('unknown paths and other methods are told so, with the methods there are', async () => {
  const world = doorWorld();
  for (const path of ['/', '/v1', '/V1/exports', '/v1/export', '/v1/audiencesx/a'])
    expect((await world.ask(request({ path }))).status).toBe(404);
  const { status, headers } = await world.ask(request({ method: 'GET' }));
  expect([status, headers['allow']]).toEqual([405, 'POST, PUT, PATCH']);
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-request-id': 'request-6' });
});
