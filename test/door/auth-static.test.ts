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
  const [right, wrong] = [basic('adobe', 'correct horse battery'), basic('adobe', 'wrong')];
  for (let i = 0; i < 10; i++) expect((await world.knock(wrong)).status).toBe(401);
  const blocked = await world.knock(right);
  expect([blocked.status, blocked.headers['retry-after']]).toEqual([429, '300']);
  expect((await world.knock(right, { remote: '198.51.100.7:4711' })).status).toBe(200);
  expect((await world.knock(basic('other', 'another password'))).status).toBe(200);
  await world.clock.advance(300_000);
  expect((await world.knock(right)).status).toBe(200);
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
  for (const key of ['a', 'b', 'c', 'd']) for (let i = 0; i < 10; i++) attempts.failed(key);
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
  [{ TRIBUTARY_DOOR_AUTH: 'mtls', TRIBUTARY_SECRET_DOOR_CLIENT_CA: 'S3CRET' }, /certificates in PEM/],
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
