import { expect, test } from 'vitest';
import { createAttempts } from '../../shared/door/auth/attempts.js';
import { readDoorSettings } from '../../shared/door/settings.js';
import { authWorld, BASE, basic } from './auth-world.js';
import { heldClock } from './held-clock.js';

const USERS = 'adobe:correct horse battery\nadobe:staple with: colon\nother:another password';
const BASIC = { TRIBUTARY_DOOR_AUTH: 'basic', TRIBUTARY_SECRET_DOOR_BASIC: USERS };
const [OLD, NEW] = ['old-token-0123456789abc', 'new-token-0123456789abc'];
const BEARER = { TRIBUTARY_DOOR_AUTH: 'bearer', TRIBUTARY_SECRET_DOOR_BEARER: `${OLD}\n${NEW}\n` };

test('who may come in has to be said, also if it is everybody', async () => {
  expect(() => readDoorSettings(BASE)).toThrow(/TRIBUTARY_DOOR_AUTH: is not set/);
  expect(() => readDoorSettings({ ...BASE, TRIBUTARY_DOOR_AUTH: 'none,bearer' })).toThrow(/take it out/);
  expect(() => readDoorSettings({ ...BASE, TRIBUTARY_DOOR_AUTH: 'provider' })).toThrow(/TRIBUTARY_DOOR_JWKS/);
  const open = await authWorld({ TRIBUTARY_DOOR_AUTH: 'none' });
  expect((await open.knock()).status).toBe(200);
});

test('Basic: both passwords of a user count, wrong ones and unknown users do not', async () => {
  const world = await authWorld(BASIC);
  for (const password of ['correct horse battery', 'staple with: colon'])
    expect((await world.knock(basic('adobe', password))).caller).toBe('basic:adobe');
  for (const header of [basic('adobe', 'another password'), basic('nobody', ''), 'Basic ?', undefined])
    expect(await world.knock(header)).toMatchObject({
      status: 401,
      challenge: 'Basic realm="tributary", charset="UTF-8"',
    });
});

test('bearer: two tokens count while one is being changed; the scheme in any case', async () => {
  const world = await authWorld(BEARER);
  for (const header of [`Bearer ${OLD}`, `bearer ${NEW}`])
    expect((await world.knock(header)).status).toBe(200);
  for (const header of [`Bearer ${OLD}x`, `Bearer ${OLD},${NEW}`, `Token ${OLD}`, OLD, 'Bearer '])
    expect((await world.knock(header)).status).toBe(401);
  const wrong = await world.knock('Bearer wrong-token-0123456789');
  expect([wrong.challenge, wrong.json['error']]).toEqual([
    'Bearer realm="tributary", error="invalid_token"',
    'door.unauthorized',
  ]);
});

test('a secret that was changed counts after five minutes; one that broke leaves the old in force', async () => {
  const world = await authWorld(BEARER);
  world.secrets['TRIBUTARY_SECRET_DOOR_BEARER'] = 'third-token-0123456789';
  expect((await world.knock(`Bearer ${OLD}`)).status).toBe(200);
  await world.clock.advance(300_000);
  expect((await world.knock(`Bearer ${OLD}`)).status).toBe(401);
  expect((await world.knock('Bearer third-token-0123456789')).status).toBe(200);
  world.secrets['TRIBUTARY_SECRET_DOOR_BEARER'] = 'short';
  await world.clock.advance(300_000);
  expect((await world.knock('Bearer third-token-0123456789')).status).toBe(200);
});

test('several ways side by side: any of them lets in, and the challenge names all', async () => {
  const world = await authWorld({ ...BASIC, ...BEARER, TRIBUTARY_DOOR_AUTH: 'basic, bearer' });
  expect((await world.knock(`Bearer ${NEW}`)).status).toBe(200);
  expect((await world.knock(basic('other', 'another password'))).status).toBe(200);
  expect((await world.knock()).challenge).toBe(
    'Basic realm="tributary", charset="UTF-8", Bearer realm="tributary"',
  );
});

test('after ten wrong attempts a name is not looked at from that network for five minutes', async () => {
  const world = await authWorld(BASIC);
  const right = basic('adobe', 'correct horse battery');
  for (let i = 0; i < 10; i++) expect((await world.knock(basic('adobe', `wrong ${i}`))).status).toBe(401);
  const blocked = await world.knock(right);
  expect([blocked.status, blocked.headers['retry-after']]).toEqual([429, '300']);
  expect((await world.knock(right, { remote: '198.51.100.7:4711' })).status).toBe(200);
  expect((await world.knock(basic('other', 'another password'))).status).toBe(200);
  await world.clock.advance(300_000);
  expect((await world.knock(right)).status).toBe(200);
});

test('a sender that repeats the password of yesterday locks nobody out', async () => {
  const world = await authWorld(BASIC);
  for (let i = 0; i < 50; i++)
    expect((await world.knock(basic('adobe', 'that of yesterday'))).status).toBe(401);
  expect((await world.knock(basic('adobe', 'correct horse battery'))).status).toBe(200);
});

test('after many wrong attempts the answers do not tell which names there are', async () => {
  const world = await authWorld(BASIC);
  for (let i = 0; i < 10; i++) await world.knock(basic(`guess-${i}`, 'wrong'));
  const tries = [basic('nobody', 'wrong'), basic('adobe', 'wrong')];
  const statuses = await Promise.all(tries.map(async (one) => (await world.knock(one)).status));
  expect(statuses).toEqual([429, 429]);
  expect((await world.knock(basic('adobe', 'correct horse battery'))).status).toBe(200);
});

test.each([
  ['2001:db8::7:2:3:4', '2001:db8::8:2:3:5', true],
  ['2001:db8:0:0:1::', '[2001:0db8::1]:443', true],
  ['2001:db8:1::1', '2001:db8:2::1', false],
  ['fe80::1%eth0', 'FE80::2', true],
])('%s and %s are of one network: %s', async (one, other, same) => {
  const world = await authWorld(BASIC);
  for (let i = 0; i < 10; i++) await world.knock(basic(`guess-${i}`, 'wrong'), { remote: one });
  const { status } = await world.knock(basic('guess-11', 'wrong'), { remote: other });
  expect(status).toBe(same ? 429 : 401);
});

test('names nobody has share one count, and one of IPv6 counts for its network', async () => {
  const world = await authWorld(BASIC);
  for (let i = 0; i < 10; i++)
    await world.knock(basic(`guess-${i}`, 'wrong'), { remote: `2001:db8:1:2::${i}` });
  const again = await world.knock(basic('guess-11', 'wrong'), { remote: '[2001:db8:1:2:9::9]:443' });
  expect(again.status).toBe(429);
});

test('attempts take bounded memory: the oldest are forgotten', () => {
  const attempts = createAttempts(heldClock(), 3);
  for (const key of ['a', 'b', 'c', 'd']) for (let i = 0; i < 10; i++) attempts.failed(key, String(i));
  expect(['a', 'b', 'c', 'd'].map((key) => attempts.blocked(key) !== undefined)).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test.each([
  [{ TRIBUTARY_DOOR_AUTH: 'basic' }, /TRIBUTARY_SECRET_DOOR_BASIC/],
  [{ TRIBUTARY_DOOR_AUTH: 'basic', TRIBUTARY_SECRET_DOOR_BASIC: 'adobe:S3CRET' }, /at least 12/],
  [{ TRIBUTARY_DOOR_AUTH: 'basic', TRIBUTARY_SECRET_DOOR_BASIC: 'S3CRETS3CRETS3CRET' }, /user:password/],
  [{ TRIBUTARY_DOOR_AUTH: 'bearer', TRIBUTARY_SECRET_DOOR_BEARER: 'S3CRET' }, /at least 20/],
  [
    {
      TRIBUTARY_DOOR_AUTH: 'oauth',
      TRIBUTARY_SECRET_DOOR_KEYS: 'S3CRET',
      TRIBUTARY_SECRET_DOOR_CLIENTS: '{}',
    },
    /door-keys is not JSON/,
  ],
  [{ TRIBUTARY_DOOR_AUTH: 'none,mtls', TRIBUTARY_SECRET_DOOR_CLIENT_CA: 'S3CRET' }, /certificates in PEM/],
  // A header is no proof of a certificate: whoever relies on it alone must say that the platform sees to it.
  [{ TRIBUTARY_DOOR_AUTH: 'mtls', TRIBUTARY_SECRET_DOOR_CLIENT_CA: 'S3CRET' }, /none,mtls/],
])('a secret that is missing or too weak stops the start, and is not quoted: %#', async (env, message) => {
  const fault: unknown = await authWorld(env).catch((error: unknown) => error);
  expect(String(fault)).toMatch(message);
  expect(String(fault)).not.toContain('S3CRET');
});

test('neither answers nor log lines carry what was knocked with', async () => {
  const world = await authWorld({ ...BASIC, ...BEARER, TRIBUTARY_DOOR_AUTH: 'basic,bearer' });
  const answers = [
    await world.knock(basic('WRONGUSER', 'WRONGPASSWORD')),
    await world.knock('Bearer WRONGTOKEN'),
    await world.knock(`Bearer ${OLD}`),
  ];
  const said = JSON.stringify([answers, world.lines]);
  for (const secret of ['WRONG', OLD, NEW, 'correct horse']) expect(said).not.toContain(secret);
  expect(world.lines.join()).toContain('"basic":"user or password"');
});
