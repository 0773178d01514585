import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../shared/core/ports.js';
import type { FileEntry, FilePlace } from '../../shared/files/ports.js';
import { closedPort } from '../connectors/fault-server.js';
import { startProxy, type TcpProxy } from '../files/places/tcp-proxy.js';
import { fakeClock } from '../support/fakes.js';
import { all, entryAt, faultOf, noise, read } from './file-place-steps.js';
import type { PlaceStage, PlaceSubject } from './file-place-subject.js';

const UNAVAILABLE = { name: 'Fault', code: 'file.unavailable' };
const QUICK = { answerMs: 150, idleMs: 150 };
const BIG = 24 * 1024 * 1024;

/** A clock that notes how long somebody slept. */
function watchedClock(): Clock & { readonly sleeps: number[] } {
  const clock = fakeClock(Date.now());
  const sleeps: number[] = [];
  return {
    ...clock,
    sleeps,
    sleep: (ms, signal) => {
      sleeps.push(ms);
      return clock.sleep(ms, signal);
    },
  };
}

type Call = (place: FilePlace, entry: FileEntry) => Promise<unknown>;

const CALLS: readonly (readonly [string, Call])[] = [
  ['list', (place) => all(place.list())],
  ['stat', (place, { name }) => place.stat(name)],
  ['read', (place, entry) => read(place, entry)],
  ['put', (place, { name }) => place.put(`${name}.json`, noise(9))],
];

/** What happens when the network, or the service, is not as it should be. */
export function placeTrouble(
  { network }: PlaceSubject & { network: NonNullable<PlaceSubject['network']> },
  staged: () => PlaceStage,
): void {
  const proxies: TcpProxy[] = [];
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });
  const proxied = async (): Promise<TcpProxy> => {
    const proxy = await startProxy(network.port());
    proxies.push(proxy);
    return proxy;
  };
  const at = (name: string): string => `${staged().prefix}${name}`;
  /** A file, as somebody knows it whom nothing disturbs. */
  const fileOf = async (bytes: Uint8Array): Promise<FileEntry> => {
    await staged().write(at('a.bin'), bytes);
    const place = await staged().open();
    const entry = await entryAt(place, at('a.bin'));
    await place.close();
    return entry;
  };
  const quiet = (text: string): void => {
    for (const secret of network.secrets) expect(text).not.toContain(secret);
  };

  test.each(CALLS)('a moment without network is waited out: %s', async (_, call) => {
    const entry = await fileOf(noise(2000));
    const [proxy, clock] = [await proxied(), watchedClock()];
    const place = await staged().open({ clock, port: proxy.port });
    proxy.refuse(3);
    await call(place, entry);
    expect(clock.sleeps.length).toBe(3);
    await place.close();
  });

  test.each(CALLS)('nobody listens: tried again, then a fault: %s', async (_, call) => {
    const [entry, clock] = [await fileOf(noise(2000)), watchedClock()];
    const port = Number(new URL(await closedPort()).port);
    const place = await staged().open({ clock, port });
    const fault = await faultOf(call(place, entry));
    expect(fault).toMatchObject(UNAVAILABLE);
    expect(clock.sleeps.length).toBe(4);
    quiet(`${fault.message} ${place.from}`);
    await place.close();
  });

  test.each(CALLS)('a server that is silent is not waited for: %s', async (_, call) => {
    const [entry, proxy] = [await fileOf(noise(2000)), await proxied()];
    proxy.hang();
    const place = await staged().open({ clock: watchedClock(), port: proxy.port, limits: QUICK });
    const fault = await faultOf(call(place, entry));
    expect(fault).toMatchObject(UNAVAILABLE);
    quiet(fault.message);
    await place.close();
  });

  test('a stream that breaks is continued at the byte where it broke', async () => {
    const bytes = noise(6_000_000);
    const [entry, proxy, clock] = [await fileOf(bytes), await proxied(), watchedClock()];
    const place = await staged().open({ clock, port: proxy.port });
    proxy.cutAfter(1_500_000, 1_600_000, 1_400_000);
    expect((await read(place, entry)).equals(bytes)).toBe(true);
    expect(clock.sleeps.length).toBe(3);
    // What was under way is lost each time, a megabyte at most: beginning anew would take 10.5.
    expect(proxy.passed()).toBeLessThan(9_500_000);
    proxy.cutAfter(1_400_000);
    const part = await read(place, entry, 123_456, 3_456_789);
    expect(part.equals(bytes.subarray(123_456, 3_456_789))).toBe(true);
    await place.close();
  });

  test('a stream that breaks is not continued in another content', async () => {
    const [entry, proxy] = [await fileOf(noise(3_000_000)), await proxied()];
    const place = await staged().open({ clock: watchedClock(), port: proxy.port });
    proxy.cutAfter(1_500_000);
    const pieces = place.bytes(entry).open()[Symbol.asyncIterator]();
    let length = (await pieces.next()).value?.length ?? 0;
    await staged().write(at('a.bin'), noise(3_000_001, 'other'));
    const rest = (async () => {
      for (let next = await pieces.next(); !next.done; next = await pieces.next())
        length += next.value.length;
    })();
    expect(await faultOf(rest)).toMatchObject({ code: 'file.changed' });
    expect(length).toBeLessThan(3_000_000);
    await place.close();
  });

  test('only what is read is fetched, and no more is kept than a few pieces', async () => {
    const [entry, proxy] = [await fileOf(noise(BIG)), await proxied()];
    const place = await staged().open({ clock: watchedClock(), port: proxy.port });
    const pieces = place.bytes(entry).open()[Symbol.asyncIterator]();
    const first = await pieces.next();
    expect(first.value?.length).toBeLessThanOrEqual(1024 * 1024);
    // Until the sockets on the way are full; a reader that fetched by itself would have it all long before.
    for (let before = -1; before !== proxy.passed(); ) {
      before = proxy.passed();
      await delay(100);
    }
    expect(proxy.passed()).toBeLessThan(BIG / 2);
    await pieces.return?.();
    await place.close();
    expect(proxy.passed()).toBeLessThan(BIG / 2);
  });

  test('closing ends what is under way, and every connection', async () => {
    const [entry, proxy] = [await fileOf(noise(BIG)), await proxied()];
    const place = await staged().open({ clock: watchedClock(), port: proxy.port });
    const pieces = place.bytes(entry).open()[Symbol.asyncIterator]();
    await pieces.next();
    await place.close();
    const rest = async (): Promise<void> => {
      for (let next = await pieces.next(); !next.done; ) next = await pieces.next();
    };
    expect(await faultOf(rest())).toMatchObject(UNAVAILABLE);
    for (let waited = 0; proxy.open() > 0 && waited < 5_000; waited += 10) await delay(10);
    expect(proxy.open()).toBe(0);
  });

  test('closing ends a wait for a silent server at once', async () => {
    const [entry, proxy] = [await fileOf(noise(10)), await proxied()];
    proxy.hang();
    const place = await staged().open({ clock: watchedClock(), port: proxy.port });
    const fault = faultOf(read(place, entry));
    for (let waited = 0; proxy.opened() === 0 && waited < 5_000; waited += 10) await delay(10);
    await place.close();
    expect((await fault).message).toContain('was closed');
  });

  test('a place that is not there is not tried again, and the fault says what to do', async () => {
    const clock = watchedClock();
    const place = await staged().open({ clock, missing: true });
    const fault = await faultOf(all(place.list()));
    expect(fault).toMatchObject(UNAVAILABLE);
    expect(fault.message).toMatch(/(create|make) the (bucket|container|folder)|check .* sandbox/);
    quiet(fault.message);
    expect(clock.sleeps).toEqual([]);
    await place.close();
  });
}
