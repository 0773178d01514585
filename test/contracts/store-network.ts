import { afterEach, expect, test } from 'vitest';
import {
  answer,
  closedPort,
  cut,
  type FaultServer,
  fin,
  garbage,
  hang,
  type Play,
  reset,
  startFaultServer,
} from '../connectors/fault-server.js';
import { marked } from '../stores/states.js';
import { fakeClock } from '../support/fakes.js';
import { somebody } from './store-steps.js';
import type { StoreGround } from './store-subject.js';
import { both, UNAVAILABLE, watchedClock } from './store-watch.js';

/** What a store does when its service gives no answer, or none of its own. */
export function storeNetwork(started: () => StoreGround): void {
  const servers: FaultServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const facing = async (play: Play): Promise<string> => {
    const server = await startFaultServer(() => play);
    servers.push(server);
    return server.url;
  };

  test.each<[string, Play]>([
    ['reset', reset],
    ['closed', fin],
    ['cut', cut],
    ['not HTTP', garbage],
    ["a gateway's page", answer(502, { 'content-type': 'text/html' }, '<html>Bad Gateway</html>')],
    ['an empty 503', answer(503, {}, '')],
  ])('no answer (%s) is tried again, then a fault', async (_, play) => {
    const clock = watchedClock();
    const store = started().open({ clock, endpoint: await facing(play) });
    for (const [, call] of both(store)) await expect(call()).rejects.toMatchObject(UNAVAILABLE);
    expect(clock.sleeps.length).toBeGreaterThan(4);
  });

  test('nobody listens: tried again, then a fault', async () => {
    const clock = watchedClock();
    const store = started().open({ clock, endpoint: await closedPort() });
    for (const [, call] of both(store)) await expect(call()).rejects.toMatchObject(UNAVAILABLE);
    expect(clock.sleeps.length).toBeGreaterThan(4);
  });

  test('a service that hangs does not keep an invocation that has ended', async () => {
    const store = started().open({ clock: fakeClock(), endpoint: await facing(hang) });
    for (const method of ['read', 'write'] as const) {
      const ended = new AbortController();
      const call =
        method === 'read'
          ? store.read([somebody()], ended.signal)
          : store.write([{ id: somebody(), state: marked('x'), expected: undefined }], ended.signal);
      setTimeout(() => ended.abort(), 50);
      await expect(call).rejects.toMatchObject(UNAVAILABLE);
    }
  });

  test('a service that refuses is not tried again, and the fault says what to do', async () => {
    const clock = watchedClock();
    const store = started().open({ clock, table: 'nowhere' });
    for (const [, call] of both(store)) {
      await expect(call()).rejects.toMatchObject({
        ...UNAVAILABLE,
        message: expect.stringContaining('create the table'),
      });
    }
    expect(clock.sleeps).toEqual([]);
  });
}
