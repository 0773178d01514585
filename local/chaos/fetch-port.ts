import { type Span, within } from './chance.js';
import { type Exchange, exchangeOf, type TargetRequest } from './exchange.js';
import type { Host } from './host.js';
import type { World } from './world.js';

type Process = Omit<Host, 'connectors'>;

/** Longest time a request takes to arrive. */
const THERE: Span = [1, 50];

/** What `fetch` rejects with when there is no answer: a TypeError whose cause has the code. */
const networkError = (code: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

function readRequest(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): TargetRequest {
  const headers = new Headers(init?.headers);
  const { host, pathname: path } = new URL(input instanceof Request ? input.url : input);
  return {
    host,
    path,
    once: headers.get('idempotency-key')?.replaceAll('"', ''),
    method: init?.method ?? 'GET',
    authorization: headers.get('authorization') ?? undefined,
    contentType: headers.get('content-type') ?? '',
    body: typeof init?.body === 'string' ? init.body : '',
  };
}

/** How one call of `fetch` ends: once, by the first that comes. */
interface Call {
  readonly answer: (response: Response) => void;
  readonly fail: (error: unknown) => void;
}

/** A request is begun; the process that made it may die at any time, and the request arrives all the same. */
function begin(world: World, host: Process, exchange: Exchange, { answer, fail }: Call): void {
  const { timeline, waits } = world;
  const there = within(waits, THERE);
  timeline.after(there, () => {
    const given = exchange.arrive();
    host.diesAt('crash.after', exchange.port);
    const { silent, error, response } = given;
    const back = silent ? Math.max(0, exchange.timeoutMs - there) : exchange.workMs;
    timeline.after(back, () => {
      if (!host.isAlive()) return;
      if (response) answer(response);
      else fail(networkError(error));
    });
  });
}

/**
 * `fetch` of one process: to the model CRM, in virtual time. When the process dies its open calls are broken off, so that
 * nothing of the real world (the connector's own timers) waits for answers that never come.
 */
export function fetchPort(world: World, host: Process): typeof fetch {
  return (input, init) =>
    new Promise<Response>((resolve, reject) => {
      const gone = (): void => reject(networkError('ECONNRESET'));
      if (!host.isAlive()) return gone();
      const exchange = exchangeOf(world, host, readRequest(input, init));
      if (host.diesAt('crash.before', exchange.port)) return gone();
      const abort = (): void => {
        end();
        reject(init?.signal?.reason);
      };
      const stop = host.whenDead(() => {
        end();
        gone();
      });
      // A signal made of others lives as long as somebody listens to it, and with it all the world behind the listener.
      const end = (): void => {
        stop();
        init?.signal?.removeEventListener('abort', abort);
      };
      init?.signal?.addEventListener('abort', abort, { once: true });
      begin(world, host, exchange, {
        answer: (response) => {
          end();
          resolve(response);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      });
    });
}
