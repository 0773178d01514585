import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clientCredentialsGrant,
  genericGrantRequest,
  refreshTokenGrant,
} from 'openid-client';
import { ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2';
import { expect, onTestFinished, test } from 'vitest';
import { startDoorServer } from '../../local/door-server.js';
import { authWorld, signingKey } from './auth-world.js';

/** Characters that Basic of RFC 6749 must escape, and that many a client forgets to. */
const [ID, SECRET] = ['adobe app+1', 'a:b%2B c&d=/+ long enough'];
const USER = { username: 'ada@example.com', password: 'pass word & more + 1' };

async function served() {
  const world = await authWorld(
    {
      TRIBUTARY_DOOR_AUTH: 'oauth',
      TRIBUTARY_SECRET_DOOR_KEYS: JSON.stringify({ keys: [await signingKey('k1')] }),
      TRIBUTARY_SECRET_DOOR_CLIENTS: JSON.stringify({
        clients: [{ id: ID, secret: [SECRET, 'the next secret of it'] }],
        users: [{ name: USER.username, password: USER.password }],
      }),
    },
    { now: Date.now() },
  );
  const server = await startDoorServer(world.door);
  onTestFinished(() => server.close());
  return { ...world, url: server.url };
}

/** True when the token opens the door, by the wire. */
async function opens(url: string, token: unknown): Promise<boolean> {
  const headers = { authorization: `Bearer ${String(token)}` };
  return (await fetch(`${url}/v1/exports`, { method: 'POST', headers, body: '{}' })).status === 200;
}

function openidClient(url: string, authentication: ReturnType<typeof ClientSecretBasic>): Configuration {
  const server = { issuer: url, token_endpoint: `${url}/oauth/token` };
  const configuration = new Configuration(server, ID, SECRET, authentication);
  allowInsecureRequests(configuration);
  return configuration;
}

test.each([
  ['Basic', ClientSecretBasic],
  ['the body', ClientSecretPost],
])('openid-client, credentials by %s: all grants, and their tokens open the door', async (_, way) => {
  const { url } = await served();
  const client = openidClient(url, way(SECRET));
  const own = await clientCredentialsGrant(client, { scope: 'anything at all' });
  expect(own).toMatchObject({ token_type: 'bearer', expires_in: 86_400, scope: 'tributary' });
  expect(own.refresh_token).toBeUndefined();
  const byPassword = await genericGrantRequest(client, 'password', USER);
  const refreshed = await refreshTokenGrant(client, byPassword.refresh_token ?? '');
  for (const { access_token: token } of [own, byPassword, refreshed])
    expect(await opens(url, token)).toBe(true);
  expect(await opens(url, byPassword.refresh_token)).toBe(false);
  await expect(refreshTokenGrant(client, own.access_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  await expect(genericGrantRequest(client, 'password', { ...USER, password: 'no' })).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

test('openid-client is told of wrong credentials as RFC 6749 has it', async () => {
  const { url } = await served();
  for (const way of [ClientSecretBasic('wrong'), ClientSecretPost('wrong')])
    await expect(clientCredentialsGrant(openidClient(url, way))).rejects.toMatchObject({
      status: 401,
      ...(way.name === 'basic' && { error: 'invalid_client' }),
    });
});

test.each([
  ['header', 'form'],
  ['body', 'form'],
  ['body', 'json'],
] as const)(
  'simple-oauth2, credentials in the %s, %s: all grants',
  async (authorizationMethod, bodyFormat) => {
    const { url } = await served();
    const config = {
      client: { id: ID, secret: SECRET },
      auth: { tokenHost: url, tokenPath: '/oauth/token' },
      options: { authorizationMethod, bodyFormat },
    };
    const own = await new ClientCredentials(config).getToken({ scope: 'x' });
    const byPassword = await new ResourceOwnerPassword(config).getToken(USER);
    const refreshed = await byPassword.refresh();
    for (const { token } of [own, byPassword, refreshed])
      expect(await opens(url, token['access_token'])).toBe(true);
    expect(own.expired()).toBe(false);
    const wrong = { ...config, client: { id: ID, secret: 'wrong' } };
    await expect(new ClientCredentials(wrong).getToken({})).rejects.toThrow(/401/);
  },
);
