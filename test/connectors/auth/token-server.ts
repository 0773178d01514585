import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, jwtVerify } from 'jose';
import { errors, type GrantContext, Provider } from 'oidc-provider';

/** A secret and a client id that come to grief when they are not form-encoded before they are joined. */
export const AWKWARD = { clientId: 'the client+%', clientSecret: 's3cr%t:+/a =&~' };
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
/** Keys of clients that sign, and one that nobody knows. */
export const KEYS = { known: pair(), strange: pair() };

async function clients() {
  const none = { redirect_uris: [], response_types: [] };
  const keys = {
    jwks: { keys: [{ ...(await exportJWK(createPublicKey(KEYS.known.publicKey))), kid: 'k1' }] },
  };
  const grant_types = ['client_credentials'];
  const secret = { client_secret: AWKWARD.clientSecret, ...none, grant_types };
  return [
    { client_id: AWKWARD.clientId, token_endpoint_auth_method: 'client_secret_basic', ...secret },
    { client_id: 'post', token_endpoint_auth_method: 'client_secret_post', ...secret },
    { client_id: 'signer', token_endpoint_auth_method: 'private_key_jwt', grant_types, ...keys, ...none },
    { client_id: 'bearer', token_endpoint_auth_method: 'none', grant_types: [JWT_BEARER], ...keys, ...none },
  ];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** A server of a real OAuth2 implementation, and an API that takes its tokens until they are revoked. */
export async function startTokenServer() {
  const grants: string[] = [];
  const rows: string[] = [];
  const revoked = new Set<string>();
  let inner: ReturnType<Provider['callback']> = () => undefined;
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/api')) return inner(request, response);
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    void bodyOf(request).then((body) => {
      const good = grants.includes(token) && !revoked.has(token);
      if (good) rows.push(body);
      response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The server listens on a port, so it has an address of this kind.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, {
    clients: await clients(),
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['rows'],
    jwks: { keys: [await exportJWK(createPrivateKey(KEYS.known.privateKey))] },
    ttl: { ClientCredentials: 3600 },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256'] },
  });
  provider.registerGrantType(
    JWT_BEARER,
    async (context: GrantContext) => {
      const { client, params } = context.oidc;
      const key = createPublicKey(KEYS.known.publicKey);
      const options = { issuer: client.clientId, audience: url, subject: 'ada@example.com' };
      await jwtVerify(params['assertion'] ?? '', key, options).catch((error: unknown) => {
        throw new errors.InvalidGrant(String(error));
      });
      const token = new provider.ClientCredentials({ client, scope: 'rows' });
      context.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: 3600 };
    },
    ['assertion'],
  );
  const answering = provider.callback();
  inner = (request, response) => {
    const end = response.end.bind(response);
    // Every token that is granted is one the API takes.
    response.end = ((text: unknown, ...rest: []) => {
      const [, token] = /"access_token":"([^"]+)"/.exec(String(text)) ?? [];
      if (token !== undefined) grants.push(token);
      return end(text, ...rest);
    }) as typeof response.end;
    answering(request, response);
  };
  return {
    url,
    grants,
    rows,
    /** From now on the API refuses what was granted so far. */
    revoke: () => {
      for (const token of grants) revoked.add(token);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
