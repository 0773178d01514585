import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { expect, onTestFinished, test } from 'vitest';
import { authWorld } from './auth-world.js';

const [ISSUER, AUDIENCE, JWKS] = [
  'https://id.example.com/',
  'https://door.example.com',
  'https://id.example.com/keys',
];

/** A provider of ours: a key, and an answer with its public part. */
async function provider(env: Record<string, string> = {}) {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'p1', alg: 'RS256', use: 'sig' }] };
  const net = { down: false, asked: 0 };
  const world = await authWorld(
    {
      TRIBUTARY_DOOR_AUTH: 'provider',
      TRIBUTARY_DOOR_ISSUER: ISSUER,
      TRIBUTARY_DOOR_AUDIENCE: AUDIENCE,
      TRIBUTARY_DOOR_JWKS: JWKS,
      ...env,
    },
    {
      now: Date.now(),
      async fetch() {
        net.asked += 1;
        if (net.down) throw new TypeError('fetch failed');
        return Response.json(keys);
      },
    },
  );
  const now = Math.floor(world.clock.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'adobe',
    iat: now,
    exp: now + 600,
    scope: 'exports:write other',
  };
  const sign = (more: object = {}, key: Parameters<SignJWT['sign']>[0] = privateKey, alg = 'RS256') =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg, kid: 'p1' }).sign(key);
  const status = async (token: string) => (await world.knock(`Bearer ${token}`)).status;
  return { world, net, claims, now, publicKey, sign, status };
}

test('a token of the provider opens the door; the keys are fetched once', async () => {
  const { world, net, sign, status } = await provider();
  expect((await world.knock(`Bearer ${await sign({ azp: 'adobe' })}`)).caller).toBe('provider:adobe');
  expect(await status(await sign({ aud: ['other', AUDIENCE] }))).toBe(200);
  expect(net.asked).toBe(1);
});

test('a subject may be a person, and is never told', async () => {
  const { world, sign } = await provider();
  const { caller } = await world.knock(`Bearer ${await sign({ sub: 'ada@example.com' })}`);
  expect(caller).toMatch(/^provider:[0-9a-f]{12}$/);
  expect(world.lines.join('')).not.toContain('ada@');
});

test('a token signed by a key that may be new is for later, not refused: Adobe repeats no 401', async () => {
  const { world, net, sign, status, claims } = await provider();
  expect(await status(await sign())).toBe(200);
  const other = await generateKeyPair('RS256');
  const strange = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'p2' })
    .sign(other.privateKey);
  // Keys were fetched a moment ago and are not fetched again so soon.
  expect(await status(strange)).toBe(503);
  net.down = true;
  await world.clock.advance(3_600_000);
  expect(await status(strange)).toBe(503);
});

test('forged and foreign tokens are refused', async () => {
  const { claims, now, publicKey, sign, status } = await provider();
  const stranger = await generateKeyPair('RS256');
  const asSecret = Buffer.from(JSON.stringify(await exportJWK(publicKey)));
  const { exp: _, ...endless } = claims;
  const forged = [
    new UnsecuredJWT(claims).encode(),
    await sign({}, stranger.privateKey),
    await sign({}, asSecret, 'HS256'),
    await sign({ aud: 'https://other.example.com' }),
    await sign({ iss: 'https://evil.example.com/' }),
    await sign({ exp: now - 301 }),
    await sign({ nbf: now + 120 }),
    await new SignJWT(endless).setProtectedHeader({ alg: 'RS256', kid: 'p1' }).sign(stranger.privateKey),
    'not.a.token',
  ];
  expect(await Promise.all(forged.map(status))).toEqual(forged.map(() => 401));
  expect(await status(await sign({ exp: now - 299 }))).toBe(200);
  expect(await status(await sign({ nbf: now + 30 }))).toBe(200);
});

test('a token without an end counts never', async () => {
  const { sign, status } = await provider();
  expect(await status(await sign({ exp: undefined }))).toBe(401);
});

test('an algorithm that is not in the list is refused, though the key would do', async () => {
  const { sign, status } = await provider({ TRIBUTARY_DOOR_ALGORITHMS: 'ES256' });
  expect(await status(await sign())).toBe(401);
});

test('a scope that is asked for must be there, as scope, scp or role; without it 403', async () => {
  const { world, sign, status } = await provider({ TRIBUTARY_DOOR_SCOPE: 'exports:write' });
  for (const good of [
    {},
    { scope: undefined, scp: 'a exports:write' },
    { scope: '', roles: ['exports:write'] },
  ])
    expect(await status(await sign(good))).toBe(200);
  const { status: denied, challenge } = await world.knock(
    `Bearer ${await sign({ scope: 'exports:writer' })}`,
  );
  expect([denied, challenge]).toEqual([403, 'Bearer realm="tributary", error="insufficient_scope"']);
});

test('while the keys cannot be fetched nobody is turned away for good: 503', async () => {
  const { world, net, sign } = await provider();
  net.down = true;
  const { status, json } = await world.knock(`Bearer ${await sign()}`);
  expect([status, json['error']]).toEqual([503, 'door.unavailable']);
  net.down = false;
  expect((await world.knock(`Bearer ${await sign()}`)).status).toBe(200);
});

test('tokens of an independent provider are accepted, and those for another audience are not', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // An address object is what a TCP server has.
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const resource = (scope: string, audience: string) => ({
    scope,
    audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: 600,
    jwt: { sign: { alg: 'RS256' } },
  });
  const client = {
    client_id: 'adobe',
    client_secret: 'a secret of some length',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  };
  const independent = new Provider(issuer, {
    clients: [client],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, indicator: string) => resource('exports', indicator),
      },
    },
  });
  server.on('request', independent.callback());
  const askFor = async (audience: string): Promise<string> => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: client.client_secret,
      scope: 'exports',
      resource: audience,
    });
    const response = await fetch(`${issuer}/token`, { method: 'POST', body: form });
    const answer: { access_token?: string } = JSON.parse(await response.text());
    return answer.access_token ?? '';
  };
  const world = await authWorld(
    {
      TRIBUTARY_DOOR_AUTH: 'provider',
      TRIBUTARY_DOOR_ISSUER: issuer,
      TRIBUTARY_DOOR_AUDIENCE: AUDIENCE,
      TRIBUTARY_DOOR_JWKS: `${issuer}/jwks`,
      TRIBUTARY_DOOR_SCOPE: 'exports',
    },
    { now: Date.now(), fetch: globalThis.fetch },
  );
  expect((await world.knock(`Bearer ${await askFor(AUDIENCE)}`)).caller).toBe('provider:adobe');
  expect((await world.knock(`Bearer ${await askFor('https://other.example.com')}`)).status).toBe(401);
});
