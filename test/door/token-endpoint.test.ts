import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { authWorld, basic, signingKey } from './auth-world.js';
import { request } from './door-world.js';

const CLIENT = { client_id: 'adobe', client_secret: 'a secret of some length' };
const NEXT = 'the next secret of it';
const USER = { username: 'ada@example.com', password: 'a password of ada' };
const OWN = { grant_type: 'client_credentials', ...CLIENT };

async function oauthWorld(keys: object[], more: Record<string, string> = {}) {
  return authWorld({
    TRIBUTARY_DOOR_AUTH: 'oauth',
    TRIBUTARY_SECRET_DOOR_KEYS: JSON.stringify({ keys }),
    TRIBUTARY_SECRET_DOOR_CLIENTS: JSON.stringify({
      clients: [
        { id: CLIENT.client_id, secret: [CLIENT.client_secret, NEXT] },
        { id: 'second', secret: 'the secret of another' },
      ],
      users: [{ name: USER.username, password: USER.password }],
    }),
    ...more,
  });
}

type World = Awaited<ReturnType<typeof oauthWorld>>;
const tokenOf = async (world: World, form: Record<string, string> = OWN): Promise<string> =>
  String((await world.token(form)).json['access_token']);

test("Adobe's two documented token requests are answered as Adobe reads them", async () => {
  const world = await oauthWorld([await signingKey('k1')]);
  const type = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
  const inBody = await world.token(OWN);
  const byHeader = await world.token(
    { grant_type: 'client_credentials' },
    { ...type, authorization: basic(CLIENT.client_id, NEXT) },
  );
  for (const { status, json, headers } of [inBody, byHeader]) {
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'tributary',
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect((await world.knock(`Bearer ${String(json['access_token'])}`)).caller).toBe('oauth:adobe');
  }
});

test('JSON, as Destination SDK can be told to send it', async () => {
  const world = await oauthWorld([await signingKey('k1')]);
  const headers = { 'content-type': 'application/json' };
  const response = await world.door(request({ path: '/oauth/token', headers, body: OWN }));
  expect(response.status).toBe(200);
});

test.each([
  ['no grant type', CLIENT, 400, 'invalid_request'],
  ['a grant nobody has', { ...OWN, grant_type: 'authorization_code' }, 400, 'unsupported_grant_type'],
  ['no client', { grant_type: 'client_credentials' }, 401, 'invalid_client'],
  ['another secret', { ...OWN, client_secret: 'the secret of another' }, 401, 'invalid_client'],
  ['a client nobody has', { ...OWN, client_id: 'nobody' }, 401, 'invalid_client'],
  ['no password', { ...CLIENT, grant_type: 'password', username: 'ada' }, 400, 'invalid_request'],
  [
    'a user nobody has',
    { ...CLIENT, ...USER, grant_type: 'password', username: 'eve' },
    400,
    'invalid_grant',
  ],
  ['no refresh token', { ...CLIENT, grant_type: 'refresh_token' }, 400, 'invalid_request'],
  [
    'a refresh token that is none',
    { ...CLIENT, grant_type: 'refresh_token', refresh_token: 'x' },
    400,
    'invalid_grant',
  ],
])('%s is refused as RFC 6749 has it', async (_, form, status, error) => {
  const world = await oauthWorld([await signingKey('k1')]);
  const answer = await world.token(form);
  expect([answer.status, answer.json['error']]).toEqual([status, error]);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401);
});

test('credentials twice, a parameter twice, and what is no form, are refused', async () => {
  const world = await oauthWorld([await signingKey('k1')]);
  const header = { authorization: basic(CLIENT.client_id, NEXT) };
  expect((await world.token(OWN, header)).json['error']).toBe('invalid_request');
  for (const body of ['grant_type=a&grant_type=a', 'x'.repeat(20_000), '[1]', 'null', '{"grant_type":1}']) {
    const headers = {
      'content-type': body.startsWith('x') || body.includes('=') ? 'x/y' : 'application/json',
    };
    const response = await world.door(request({ path: '/oauth/token', headers, body }));
    expect([response.status, JSON.parse(response.body).error]).toEqual([400, 'invalid_request']);
  }
});

test('a refresh token belongs to its client, and counts no more when its user was removed', async () => {
  const world = await oauthWorld([await signingKey('k1')]);
  const { json } = await world.token({ ...CLIENT, ...USER, grant_type: 'password' });
  const form = { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) };
  expect((await world.token({ ...form, ...CLIENT })).status).toBe(200);
  const other = { client_id: 'second', client_secret: 'the secret of another' };
  expect((await world.token({ ...form, ...other })).json['error']).toBe('invalid_grant');
  world.secrets['TRIBUTARY_SECRET_DOOR_CLIENTS'] = JSON.stringify({
    clients: [{ id: CLIENT.client_id, secret: CLIENT.client_secret }],
  });
  await world.clock.advance(300_000);
  expect((await world.token({ ...form, ...CLIENT })).json['error']).toBe('invalid_grant');
  expect((await world.knock(`Bearer ${String(json['access_token'])}`)).status).toBe(401);
});

test('a refresh token counts no more when the password was changed, and no longer than from the password on', async () => {
  const world = await oauthWorld([await signingKey('k1')]);
  const { json } = await world.token({ ...CLIENT, ...USER, grant_type: 'password' });
  const again = async (refresh: unknown) =>
    (await world.token({ ...CLIENT, grant_type: 'refresh_token', refresh_token: String(refresh) })).json;
  await world.clock.advance(29 * 86_400_000);
  const later = await again(json['refresh_token']);
  expect(later['access_token']).toBeDefined();
  await world.clock.advance(2 * 86_400_000);
  expect((await again(later['refresh_token']))['error']).toBe('invalid_grant');
  const fresh = (await world.token({ ...CLIENT, ...USER, grant_type: 'password' })).json;
  world.secrets['TRIBUTARY_SECRET_DOOR_CLIENTS'] = JSON.stringify({
    clients: [{ id: CLIENT.client_id, secret: CLIENT.client_secret }],
    users: [{ name: USER.username, password: 'another password of ada' }],
  });
  await world.clock.advance(300_000);
  expect((await again(fresh['refresh_token']))['error']).toBe('invalid_grant');
});

test('ten wrong secrets of one client from one network, and the right one has to wait', async () => {
  const world = await oauthWorld([await signingKey('k1')]);
  for (let i = 0; i < 10; i++) await world.token({ ...OWN, client_secret: `wrong ${i}` });
  const blocked = await world.token(OWN);
  expect([blocked.status, blocked.headers['retry-after']]).toEqual([429, '300']);
  expect(
    (await world.token({ ...OWN, client_id: 'second', client_secret: 'the secret of another' })).status,
  ).toBe(200);
});

test('a token that ended a moment ago is still honoured, later it is not', async () => {
  const world = await oauthWorld([await signingKey('k1')], {
    TRIBUTARY_DOOR_TOKEN_SECONDS: '3600',
    TRIBUTARY_DOOR_GRACE_SECONDS: '120',
  });
  const token = await tokenOf(world);
  await world.clock.advance((3_600 + 119) * 1000);
  expect((await world.knock(`Bearer ${token}`)).status).toBe(200);
  await world.clock.advance(2_000);
  expect((await world.knock(`Bearer ${token}`)).status).toBe(401);
});

test('keys rotate: a new one signs, tokens of the old one count until it is taken out', async () => {
  const [old, young] = [await signingKey('old'), await signingKey('young', 'EdDSA')];
  const world = await oauthWorld([old]);
  const before = await tokenOf(world);
  world.secrets['TRIBUTARY_SECRET_DOOR_KEYS'] = JSON.stringify({ keys: [young, old] });
  await world.clock.advance(300_000);
  const after = await tokenOf(world);
  for (const token of [before, after]) expect((await world.knock(`Bearer ${token}`)).status).toBe(200);
  world.secrets['TRIBUTARY_SECRET_DOOR_KEYS'] = JSON.stringify({ keys: [young] });
  await world.clock.advance(300_000);
  expect((await world.knock(`Bearer ${before}`)).status).toBe(401);
  expect((await world.knock(`Bearer ${after}`)).status).toBe(200);
});

test('forged tokens: no signature, another key, HS256 with the public key, another purpose, changed, cut', async () => {
  const key = await signingKey('k1');
  const world = await oauthWorld([key]);
  const real = await tokenOf(world);
  const [head = '', payload = '', signature = ''] = real.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const typ = 'at+jwt';
  const { privateKey } = await generateKeyPair('ES256');
  const { d: _, ...publicKey } = key as typeof key & { d: string }; // a private key has one
  const forged = [
    new UnsecuredJWT(claims).encode(),
    `${Buffer.from(JSON.stringify({ alg: 'none', typ })).toString('base64url')}.${payload}.`,
    await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ }).sign(privateKey),
    await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ })
      .sign(Buffer.from(JSON.stringify(publicKey))),
    `${head}.${Buffer.from(JSON.stringify({ ...claims, client_id: 'second' })).toString('base64url')}.${signature}`,
    `${head}.${payload}.`,
    real.slice(0, -4),
    `${head}.${payload}`,
    'x.y.z',
  ];
  for (const token of forged) expect((await world.knock(`Bearer ${token}`)).status).toBe(401);
  expect((await world.knock(`Bearer ${real}`)).status).toBe(200);
});

test.each([
  ['an empty set', { keys: [] }],
  ['a symmetric key', { keys: [{ kty: 'oct', kid: 'a', alg: 'HS256', k: 'S3CRETS3CRET' }] }],
  ['a public key only', { keys: [{ kty: 'EC', crv: 'P-256', kid: 'a', alg: 'ES256', x: 'S3CRET', y: 'b' }] }],
  [
    'a broken key',
    { keys: [{ kty: 'EC', crv: 'P-256', kid: 'a', alg: 'ES256', x: 'S3CRET', y: 'b', d: 'c' }] },
  ],
])('keys that are %s stop the start, and are not quoted', async (_, set) => {
  const opening = authWorld({
    TRIBUTARY_DOOR_AUTH: 'oauth',
    TRIBUTARY_SECRET_DOOR_KEYS: JSON.stringify(set),
    TRIBUTARY_SECRET_DOOR_CLIENTS: '{"clients":[{"id":"a","secret":"a secret of some length"}]}',
  });
  const fault: unknown = await opening.catch((error: unknown) => error);
  expect(String(fault)).toContain('door-keys');
  expect(String(fault)).not.toContain('S3CRET');
});
