import type { Buffer } from 'node:buffer';
import { bad, ok, type Result } from '../../core/fault.js';
import { isSecretRef, readSecret } from '../auth/secret.js';
import type { ConnectorDeps } from '../deps.js';
import type { ClientCertificate } from '../wire/dial.js';
import { readCertificate } from './certificate.js';
import type { HttpConfig } from './config.js';
import { type ReadyHeaders, readyHeaders } from './header.js';
import { signingKey } from './sign.js';
import { urlFault } from './url.js';

/** All that was read from the secrets, to send requests with. */
export interface Ready extends ReadyHeaders {
  /** Addresses that are secrets, by the name of the secret. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly keys: readonly Buffer[];
  readonly certificate: ClientCertificate | undefined;
}

/** What a session is made of. `refs` are the addresses of its requests. */
export interface SessionSettings {
  readonly name: string;
  readonly config: HttpConfig;
  readonly deps: ConnectorDeps;
  readonly refs: readonly string[];
}

async function readAddresses({
  name,
  config,
  refs,
  deps: { secrets },
}: SessionSettings): Promise<Result<ReadonlyMap<string, string>>> {
  const addresses = new Map<string, string>();
  for (const ref of refs.filter(isSecretRef)) {
    const text = await readSecret(secrets, ref);
    if (!text.ok) return text;
    const wrong = urlFault(text.value, 'row', config.allowPrivate);
    if (wrong !== undefined)
      return bad('config.invalid', `Connection "${name}": the address in "${ref}" ${wrong}.`);
    addresses.set(ref, text.value);
  }
  return ok(addresses);
}

async function readKeys(
  name: string,
  { signature: settings }: HttpConfig,
  { secrets }: ConnectorDeps,
): Promise<Result<{ readonly keys: readonly Buffer[]; readonly texts: readonly string[] }>> {
  const keys: Buffer[] = [];
  const texts: string[] = [];
  for (const ref of settings?.secrets ?? []) {
    const text = await readSecret(secrets, ref);
    if (!text.ok) return text;
    const key = signingKey(text.value);
    if (key === undefined)
      return bad(
        'config.invalid',
        `Connection "${name}": the text of "${ref}" is not a secret of Standard Webhooks: whsec_ and 24 to 64 bytes in base64.`,
      );
    keys.push(key);
    texts.push(text.value);
  }
  return ok({ keys, texts });
}

/** Reads all secrets of a connection. */
export async function readReady(settings: SessionSettings): Promise<Result<Ready>> {
  const { name, config, deps } = settings;
  const headers = await readyHeaders(name, config, deps.secrets);
  if (!headers.ok) return headers;
  const addresses = await readAddresses(settings);
  if (!addresses.ok) return addresses;
  const signing = await readKeys(name, config, deps);
  if (!signing.ok) return signing;
  const certificate = await readCertificate(name, config.tls, deps.secrets);
  if (!certificate.ok) return certificate;
  const secrets = [...headers.value.secrets, ...addresses.value.values(), ...signing.value.texts];
  return ok({
    headers: headers.value.headers,
    secrets,
    addresses: addresses.value,
    keys: signing.value.keys,
    certificate: certificate.value,
  });
}
