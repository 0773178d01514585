import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { jwtVerify } from 'jose';
import { HOST, listen } from '../listen.js';
import { json, listing, media, refuse, resource, type Stored } from './gcs-objects.js';

/** A Google Cloud Storage in this process: the JSON API of objects, and the tokens of one service account. */
export interface GcsEmulator {
  readonly endpoint: string;
  readonly port: number;
  /** The key file of the only service account that is let in. */
  readonly serviceAccount: string;
  createBucket(name: string): void;
  write(bucket: string, name: string, bytes: Uint8Array): void;
  remove(bucket: string, name: string): void;
  /** Tokens given so far are refused from now on. */
  forgetTokens(): void;
  close(): Promise<void>;
}

const EMAIL = 'files@example.iam.gserviceaccount.com';
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** A token for a signed assertion (RFC 7523), or why not. */
async function grant(form: URLSearchParams, key: KeyObject, audience: string): Promise<string | undefined> {
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return undefined;
  try {
    const rules = { audience, issuer: EMAIL, algorithms: ['RS256'], maxTokenAge: '1h' };
    const { payload } = await jwtVerify(form.get('assertion') ?? '', key, rules);
    const life = (payload.exp ?? 0) - (payload.iat ?? 0);
    return payload['scope'] === SCOPE && payload.sub === undefined && life <= 3600 ? 'fine' : undefined;
  } catch {
    return undefined;
  }
}

/** Starts the double on a free port of 127.0.0.1. It is strict about what it is asked, and knows one service account. */
export async function startGcs(): Promise<GcsEmulator> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const buckets = new Map<string, Map<string, Stored>>();
  const tokens = new Set<string>();
  let [generation, given, endpoint] = [1_700_000_000_000_000, 0, ''];

  const store = (objects: Map<string, Stored>, name: string, bytes: Buffer): Stored => {
    const stored = { bytes, generation: String(++generation), updated: new Date().toISOString() };
    objects.set(name, stored);
    return stored;
  };

  async function work(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', endpoint);
    const query = url.searchParams;
    const body = await bodyOf(request);
    if (url.pathname === '/token') {
      if (!(await grant(new URLSearchParams(body.toString()), publicKey, `${endpoint}/token`)))
        return json(response, 400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
      const token = `ya29.${++given}`;
      tokens.add(token);
      return json(response, 200, { access_token: token, expires_in: 3599, token_type: 'Bearer' });
    }
    if (!tokens.has(request.headers.authorization?.replace('Bearer ', '') ?? ''))
      return refuse(response, 401, 'authError');
    const path = /^(?<upload>\/upload)?\/storage\/v1\/b\/(?<bucket>[^/]+)\/o(?:\/(?<name>[^/]+))?$/;
    const { upload, bucket = '', name } = path.exec(url.pathname)?.groups ?? {};
    const objects = buckets.get(bucket);
    if (objects === undefined) return refuse(response, 404, 'notFound');
    if (upload !== undefined) {
      const meant = query.get('name');
      if (request.method !== 'POST' || query.get('uploadType') !== 'media' || !meant)
        return refuse(response, 400, 'invalid');
      return json(response, 200, resource(bucket, meant, store(objects, meant, body)));
    }
    if (request.method !== 'GET') return refuse(response, 405, 'methodNotAllowed');
    if (name === undefined) return listing(response, bucket, objects, query);
    const stored = objects.get(decodeURIComponent(name));
    if (stored === undefined) return refuse(response, 404, 'notFound');
    const wanted = query.get('ifGenerationMatch');
    if (wanted !== null && wanted !== stored.generation) return refuse(response, 412, 'conditionNotMet');
    if (query.get('alt') === 'media') return media(request, response, stored);
    return json(response, 200, resource(bucket, decodeURIComponent(name), stored));
  }

  const server = createServer((request, response) => {
    work(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0, 'Google Cloud Storage');
  endpoint = `http://${HOST}:${port}`;
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const file = { type: 'service_account', client_email: EMAIL, private_key: key, private_key_id: 'k1' };
  const bucketOf = (name: string): Map<string, Stored> => buckets.get(name) ?? new Map();
  return {
    endpoint,
    port,
    serviceAccount: JSON.stringify({ ...file, token_uri: `${endpoint}/token` }),
    createBucket: (name) => void buckets.set(name, new Map()),
    write: (bucket, name, bytes) => void store(bucketOf(bucket), name, Buffer.from(bytes)),
    remove: (bucket, name) => void bucketOf(bucket).delete(name),
    forgetTokens: () => tokens.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
