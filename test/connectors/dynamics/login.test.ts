import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, importX509, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { inFull } from '../../../shared/connectors/auth/said.js';
import { fakeFetch, jsonResponse, never, secretsOf, stillClock, T0 } from '../fakes.js';
import { batchSaid, partsAsked, responseOf, written } from './batches.js';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.js';
import { CLIENT, contact, GRANT, openDynamics, TENANT, TOKEN, URL_OF_ORG } from './environment.js';

const TOKEN_URL = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;
const BY_CERTIFICATE = { auth: { certificate: { secret: 'secret:dynamics' } } };

/** An environment whose log in is judged by `login`. */
function facing(
  secret: string,
  more: Readonly<Record<string, unknown>>,
  login: () => Response = () => jsonResponse(200, GRANT),
) {
  const clock = { now: T0 };
  const { fetch, asked } = fakeFetch(({ url, body }) =>
    url === TOKEN_URL ? login() : responseOf(batchSaid(partsAsked(body).map(() => written()))),
  );
  const secrets = secretsOf({ dynamics: secret });
  const connector = openDynamics(more, { fetch, secrets, clock: stillClock(clock) });
  return { asked, clock, send: () => connector.send([contact('p1')], never()) };
}

describe('with a certificate', () => {
  const secret = JSON.stringify({
    clientId: CLIENT.clientId,
    privateKey: PRIVATE_KEY,
    certificate: CERTIFICATE,
  });

  test('the assertion is what Entra asks for, and its certificate verifies it', async () => {
    const { send, asked } = facing(secret, BY_CERTIFICATE);
    expect(await send()).toMatchObject([{ kind: 'accepted' }]);
    const form = new URLSearchParams(asked[0]?.body);
    const assertion = form.get('client_assertion') ?? '';
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      client_id: CLIENT.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      scope: `${URL_OF_ORG}/.default`,
    });
    const thumbprint = createHash('sha256').update(new X509Certificate(CERTIFICATE).raw).digest('base64url');
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint });
    const { payload } = await jwtVerify(assertion, await importX509(CERTIFICATE, 'PS256'), {
      audience: TOKEN_URL,
      issuer: CLIENT.clientId,
      subject: CLIENT.clientId,
      currentDate: new Date(T0),
    });
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
    expect((payload.exp ?? 0) - T0 / 1000).toBe(300);
  });

  test('each token request has an assertion of its own', async () => {
    const { send, asked, clock } = facing(secret, BY_CERTIFICATE);
    await send();
    clock.now += 3_600_000;
    await send();
    const assertions = asked
      .filter(({ url }) => url === TOKEN_URL)
      .map(({ body }) => new URLSearchParams(body).get('client_assertion'));
    expect(new Set(assertions).size).toBe(2);
  });

  const { privateKey: other } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  test.each([
    ['no JSON', 'hunter2'],
    [
      'a certificate of another key',
      JSON.stringify({ clientId: 'x', privateKey: other, certificate: CERTIFICATE }),
    ],
    ['no key', JSON.stringify({ clientId: 'x', privateKey: 'hunter2', certificate: CERTIFICATE })],
    ['no certificate', JSON.stringify({ clientId: 'x', privateKey: PRIVATE_KEY, certificate: 'hunter2' })],
  ])('%s in the secret: told so, without a word of it', async (_, text) => {
    const { send, asked } = facing(text, BY_CERTIFICATE);
    const [outcome] = await send();
    expect(outcome).toMatchObject({ kind: 'retry', scope: 'connection', fault: { code: 'config.invalid' } });
    const fault = outcome?.kind === 'retry' ? outcome.fault : undefined;
    expect(`${fault?.message}${String(fault?.cause)}`).not.toMatch(/hunter2|BEGIN/);
    expect(asked).toHaveLength(0);
  });
});

describe('with a client secret', () => {
  const secret = JSON.stringify(CLIENT);

  test('a token is used until a minute before its end', async () => {
    const { send, asked, clock } = facing(secret, {});
    await send();
    clock.now += 3_538_000;
    await send();
    expect(asked.filter(({ url }) => url === TOKEN_URL)).toHaveLength(1);
    clock.now += 2000;
    await send();
    expect(asked.filter(({ url }) => url === TOKEN_URL)).toHaveLength(2);
  });

  test('a refusal is the connection, with where to look', async () => {
    const refusal = { error: 'invalid_client', error_description: `AADSTS7000215: ${CLIENT.clientSecret}` };
    const { send } = facing(secret, {}, () => jsonResponse(401, refusal));
    const [outcome] = await send();
    expect(outcome).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      fault: { code: 'remote.unauthorized' },
    });
    const message = outcome?.kind === 'retry' ? inFull(outcome.fault) : '';
    expect(message).toMatch(/AADSTS7000215/);
    expect(message).toMatch(/application user/);
    expect(message).not.toContain(CLIENT.clientSecret);
    expect(message).not.toContain(TOKEN);
  });
});
