import type { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { bad, ok, type Result } from '../../core/fault.js';
import { isSecretRef, readSecret } from '../auth/secret.js';
import { authorised, type Denied } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { retry } from '../wire/outcome.js';
import { attempt, type Failure, type HttpRequest, type Reply } from '../wire/transport.js';
import { saysUnauthorized } from './answer.js';
import type { HttpConfig } from './config.js';
import { type ReadyHeaders, readyHeaders } from './header.js';
import { tokensOf } from './oauth.js';
import { signature, signingKey } from './sign.js';
import { urlFault } from './url.js';

/** All that was read from the secrets, to send requests with. */
export interface Ready extends ReadyHeaders {
  /** Addresses that are secrets, by the name of the secret. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly keys: readonly Buffer[];
}

/** A request as its templates give it, and the key of what must not be done twice. */
export interface Call extends HttpRequest {
  readonly once?: string | undefined;
}

/** What came back, and the secrets that must be taken out of it before it is shown. */
export interface Answered {
  readonly result: Reply | Failure | Denied;
  readonly secrets: readonly string[];
}

/** The logged-in side of a connection. Secrets are read once, and again after a 401, when one may have been rotated. */
export interface Session {
  open(): Promise<Result<Ready>>;
  call(call: Call, signal: AbortSignal): Promise<Answered>;
}

async function readAddresses(
  name: string,
  refs: readonly string[],
  { secrets }: ConnectorDeps,
): Promise<Result<ReadonlyMap<string, string>>> {
  const addresses = new Map<string, string>();
  for (const ref of refs.filter(isSecretRef)) {
    const text = await readSecret(secrets, ref);
    if (!text.ok) return text;
    const wrong = urlFault(text.value, 'row');
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

const sameHeaders = (a: ReadyHeaders, b: ReadyHeaders): boolean =>
  Object.entries(a.headers).every(([name, value]) => b.headers[name] === value);

/** What a session is made of. `refs` are the addresses of its requests. */
export interface SessionSettings {
  readonly name: string;
  readonly config: HttpConfig;
  readonly deps: ConnectorDeps;
  readonly fetch: typeof fetch;
  readonly refs: readonly string[];
}

async function read({ name, config, deps, refs }: SessionSettings): Promise<Result<Ready>> {
  const headers = await readyHeaders(name, config, deps.secrets);
  if (!headers.ok) return headers;
  const addresses = await readAddresses(name, refs, deps);
  if (!addresses.ok) return addresses;
  const signing = await readKeys(name, config, deps);
  if (!signing.ok) return signing;
  const secrets = [...headers.value.secrets, ...addresses.value.values(), ...signing.value.texts];
  return ok({
    headers: headers.value.headers,
    secrets,
    addresses: addresses.value,
    keys: signing.value.keys,
  });
}

/** Opens nothing yet: the first call does. */
export function session(settings: SessionSettings): Session {
  const { name, config, deps, fetch } = settings;
  const { timeoutMs, errors } = config;
  const granted = tokensOf(config.auth, { connection: name, deps, fetch, timeoutMs });
  let ready: Ready | undefined;

  const open = async (): Promise<Result<Ready>> => {
    if (ready !== undefined) return ok(ready);
    const fresh = await read(settings);
    if (fresh.ok) ready = fresh.value;
    return fresh;
  };

  const send = (call: Call, { headers, keys }: Ready, id: string, signal: AbortSignal, token?: string) => {
    const { once, ...request } = call;
    const all: Record<string, string> = { ...call.headers, ...headers };
    // The header of draft-ietf-httpapi-idempotency-key-header; who does not know it ignores it.
    if (once !== undefined) all['idempotency-key'] = `"${once}"`;
    if (token !== undefined) all['authorization'] = token;
    const signed = keys.length === 0 ? {} : signature(keys, id, deps.clock.now(), call.body ?? '');
    return attempt({ ...request, headers: { ...all, ...signed } }, { fetch, timeoutMs, signal });
  };

  const refused = (reply: Reply): boolean => saysUnauthorized(errors, reply);

  /** With secrets that do not change by themselves: repeated only when they were changed meanwhile. */
  async function callFixed(call: Call, first: Ready, id: string, signal: AbortSignal): Promise<Answered> {
    const result = await send(call, first, id, signal);
    if (result.kind === 'failure' || !refused(result)) return { result, secrets: first.secrets };
    ready = undefined;
    const fresh = await open();
    if (!fresh.ok)
      return { result: { kind: 'denied', outcome: retry('connection', fresh.fault) }, secrets: [] };
    const again = !sameHeaders(first, fresh.value);
    return {
      result: again ? await send(call, fresh.value, id, signal) : result,
      secrets: [...first.secrets, ...fresh.value.secrets],
    };
  }

  return {
    open,
    async call(call, signal) {
      const opened = await open();
      if (!opened.ok)
        return { result: { kind: 'denied', outcome: retry('connection', opened.fault) }, secrets: [] };
      // One id for a request and its repetition; not one for each content, for then what is written, undone and written
      // once more would look like a repetition to the receiver.
      const id = call.once ?? randomUUID();
      if (granted === undefined) return callFixed(call, opened.value, id, signal);
      const used: string[] = [...opened.value.secrets];
      const result = await authorised(
        granted.tokens,
        signal,
        ({ accessToken }) => {
          used.push(accessToken);
          return send(call, opened.value, id, signal, `${granted.scheme} ${accessToken}`);
        },
        refused,
      );
      if (result.kind === 'reply' && refused(result)) ready = undefined;
      return { result, secrets: used };
    },
  };
}
