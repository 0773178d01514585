import { Fault } from '../../shared/core/fault.js';
import type { Clock, Secrets } from '../../shared/core/ports.js';

/** The instant at which every test happens, unless it moves the clock. */
export const T0 = Date.UTC(2026, 10, 1, 12, 0, 0);

/** A clock that stands still. Connectors never sleep (retry wraps them), so sleeping fails the test. */
export const stillClock = (state = { now: T0 }): Clock => ({
  now: () => state.now,
  sleep: () => Promise.reject(new Error('a connector slept')),
});

/** Secrets in a record; a name that is not in it is a `config.missing-secret` fault. */
export const secretsOf = (secrets: Readonly<Record<string, string>>): Secrets => ({
  get(name) {
    const text = secrets[name];
    if (text === undefined)
      return Promise.reject(new Fault('config.missing-secret', `There is no secret "${name}".`));
    return Promise.resolve(text);
  },
});

/** What a fake fetch was asked for. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A `fetch` that answers from a function and remembers what it was asked. */
export function fakeFetch(respond: (asked: Asked, index: number) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = {
      method: init?.method ?? 'GET',
      url: String(input),
      headers: new Headers(init?.headers),
    };
    const body = typeof init?.body === 'string' ? init.body : '';
    asked.push({ ...request, body });
    return Promise.resolve(respond({ ...request, body }, asked.length - 1));
  };
  return { fetch, asked };
}

/** A JSON response. */
export const jsonResponse = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  });

/** A signal that never aborts. */
export const never = (): AbortSignal => new AbortController().signal;
