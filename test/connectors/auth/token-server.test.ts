import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../shared/clock.js';
import type { Outcome } from '../../../shared/core/remote.js';
import { never, secretsOf } from '../fakes.js';
import { contact, open } from '../subjects.js';
import { AWKWARD, KEYS, startTokenServer } from './token-server.js';

let server: Awaited<ReturnType<typeof startTokenServer>>;
beforeEach(async () => {
  server = await startTokenServer();
});
afterEach(() => server.close());

const STORED = {
  id: AWKWARD.clientId,
  secret: AWKWARD.clientSecret,
  wrong: 'wrong-client-secret',
  key: KEYS.known.privateKey,
  strange: KEYS.strange.privateKey,
};

/** A connection to the API, which logs in in a way of its own. */
const connect = (auth: object, stored: Record<string, string> = STORED) =>
  open(
    { type: 'http', url: `${server.url}/api/rows`, auth },
    { secrets: secretsOf(stored), clock: systemClock },
  );
const credentials = (more: object) => ({
  clientCredentials: { tokenUrl: `${server.url}/token`, scope: 'rows', secret: 'secret:secret', ...more },
});
const bearer = (more: object = {}) => ({
  jwtBearer: {
    tokenUrl: `${server.url}/token`,
    issuer: 'bearer',
    subject: 'ada@example.com',
    audience: server.url,
    key: 'secret:key',
    params: { client_id: 'bearer' },
    ...more,
  },
});

const WAYS: readonly [string, () => object][] = [
  ['client_secret_basic with awkward characters', () => credentials({ clientId: 'secret:id' })],
  ['client_secret_post', () => credentials({ clientId: 'post', method: 'client_secret_post' })],
  [
    'private_key_jwt',
    () => credentials({ clientId: 'signer', method: 'private_key_jwt', secret: 'secret:key' }),
  ],
  [
    'private_key_jwt, PS256, for the issuer',
    () =>
      credentials({
        clientId: 'signer',
        method: 'private_key_jwt',
        secret: 'secret:key',
        algorithm: 'PS256',
        audience: server.url,
        keyId: 'k1',
      }),
  ],
  ['JWT bearer', () => bearer()],
];

describe('a real token server lets us in', () => {
  test.each(WAYS)('%s', async (_, auth) => {
    expect(await connect(auth()).send([contact('p1'), contact('p2')], never())).toEqual([
      { kind: 'accepted' },
      { kind: 'accepted' },
    ]);
    expect([server.grants.length, server.rows.length]).toEqual([1, 2]);
  });

  test.each(WAYS)(
    '%s: a token that is refused in the middle of a batch is renewed, nothing is lost or doubled',
    async (_, auth) => {
      const connector = connect(auth());
      const kinds: Outcome['kind'][] = [];
      for (const key of ['p1', 'p2', 'p3', 'p4']) {
        kinds.push(...(await connector.send([contact(key)], never())).map(({ kind }) => kind));
        if (key === 'p2') server.revoke();
      }
      expect(kinds).toEqual(Array(4).fill('accepted'));
      expect(server.rows.map((body) => JSON.parse(body).key)).toEqual(['p1', 'p2', 'p3', 'p4']);
      expect(server.grants).toHaveLength(2);
    },
  );
});

describe('a real token server turns us away', () => {
  test.each<[string, () => object]>([
    ['a wrong secret', () => credentials({ clientId: 'secret:id', secret: 'secret:wrong' })],
    ['an unknown client', () => credentials({ clientId: 'nobody' })],
    [
      'a key of somebody else',
      () => credentials({ clientId: 'signer', method: 'private_key_jwt', secret: 'secret:strange' }),
    ],
    ['an assertion by somebody else', () => bearer({ key: 'secret:strange' })],
    ['an assertion for another server', () => bearer({ audience: 'https://other.example.com' })],
  ])('%s: the connection says so, and no row is sent', async (_, auth) => {
    const outcomes = await connect(auth()).send([contact('p1')], never());
    expect(outcomes).toMatchObject([
      { kind: 'retry', scope: 'connection', unsent: true, fault: { code: 'remote.unauthorized' } },
    ]);
    expect(server.rows).toEqual([]);
    const said = JSON.stringify(outcomes.map((outcome) => ('fault' in outcome ? outcome.fault.message : '')));
    for (const secret of [...Object.values(STORED), ...Object.values(STORED).map(encodeURIComponent)])
      expect(said).not.toContain(secret);
  });

  test('a text that is no key is a fault of the config', async () => {
    const auth = credentials({ clientId: 'signer', method: 'private_key_jwt' });
    const outcomes = await connect(auth).send([contact('p1')], never());
    expect(outcomes).toMatchObject([{ kind: 'retry', unsent: true, fault: { code: 'config.invalid' } }]);
    expect(outcomes[0]?.kind === 'retry' && outcomes[0].fault.message).not.toContain(AWKWARD.clientSecret);
  });

  test('a secret that was rotated is read for the next token', async () => {
    const stored = { ...STORED, secret: 'wrong-client-secret' };
    const connector = connect(credentials({ clientId: 'post', method: 'client_secret_post' }), stored);
    expect(await connector.send([contact('p1')], never())).toMatchObject([{ kind: 'retry' }]);
    stored.secret = AWKWARD.clientSecret;
    expect(await connector.send([contact('p1')], never())).toEqual([{ kind: 'accepted' }]);
  });
});
