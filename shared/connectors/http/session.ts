import { randomUUID } from 'node:crypto';
import { ok, type Result } from '../../core/fault.js';
import { authorised, type Denied } from '../auth/tokens.js';
import { dial } from '../wire/dial.js';
import { retry } from '../wire/outcome.js';
import { requestIdIn } from '../wire/request-id.js';
import { attempt, type Failure, type HttpRequest, type Reply } from '../wire/transport.js';
import { saysUnauthorized } from './answer.js';
import type { ReadyHeaders } from './header.js';
import { tokensOf } from './oauth.js';
import { type Ready, readReady, type SessionSettings } from './ready.js';
import { signature } from './sign.js';

/** A request as its templates give it, and the key of what must not be done twice. */
export interface Call extends HttpRequest {
  readonly once?: string | undefined;
}

/** What came back, and the secrets that must be taken out of it before it is shown. */
export interface Answered {
  readonly result: Reply | Failure | Denied;
  readonly secrets: readonly string[];
  /** What the API calls the request, where it answered and says so. */
  readonly requestId?: string | undefined;
}

/** The logged-in side of a connection. Secrets are read once, and again after a 401, when one may have been rotated. */
export interface Session {
  open(): Promise<Result<Ready>>;
  call(call: Call, signal: AbortSignal): Promise<Answered>;
}

/** Headers by which APIs commonly name a request; none is a standard. */
const REQUEST_ID = ['x-request-id', 'request-id', 'x-correlation-id', 'x-amzn-requestid', 'x-ms-request-id'];

const sameHeaders = (a: ReadyHeaders, b: ReadyHeaders): boolean =>
  Object.entries(a.headers).every(([name, value]) => b.headers[name] === value);

/** Opens nothing yet: the first call does. */
export function session(settings: SessionSettings): Session {
  const { name, config, deps } = settings;
  const { allowPrivate } = config;
  let wire = deps.fetch ?? dial({ allowPrivate });
  const fetch: typeof globalThis.fetch = (...request) => wire(...request);
  const { timeoutMs, errors } = config;
  const granted = tokensOf(config.auth, { connection: name, deps, fetch, timeoutMs });
  let ready: Ready | undefined;

  const open = async (): Promise<Result<Ready>> => {
    if (ready !== undefined) return ok(ready);
    const fresh = await readReady(settings);
    if (!fresh.ok) return fresh;
    const { certificate } = fresh.value;
    if (certificate !== undefined) wire = deps.fetch ?? dial({ allowPrivate, certificate });
    ready = fresh.value;
    return fresh;
  };

  const send = (call: Call, { headers, keys }: Ready, id: string, signal: AbortSignal, token?: string) => {
    const { once, ...request } = call;
    const all: Record<string, string> = { ...call.headers, ...headers };
    // The header of draft-ietf-httpapi-idempotency-key-header; who does not know it ignores it.
    if (once !== undefined) all['idempotency-key'] = `"${once}"`;
    if (token !== undefined) all['authorization'] = token;
    // https://www.w3.org/TR/trace-context/; a header that the connection itself has stands.
    const trace = deps.traceparent?.();
    if (trace !== undefined) all['traceparent'] ??= trace;
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

  /** Takes in what came back. A certificate that is no longer taken ends connections in many ways; a new one may have been stored. */
  function noticed(answered: Answered): Answered {
    const { result, secrets } = answered;
    if (config.tls !== undefined && result.kind === 'failure') ready = undefined;
    if (result.kind !== 'reply') return answered;
    const names = config.requestIdHeader === undefined ? REQUEST_ID : [config.requestIdHeader];
    return { ...answered, requestId: requestIdIn(result.headers, names, secrets) };
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
      if (granted === undefined) return noticed(await callFixed(call, opened.value, id, signal));
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
      return noticed({ result, secrets: used });
    },
  };
}
