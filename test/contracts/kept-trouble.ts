import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../shared/core/ports.js';
import {
  answer,
  closedPort,
  cut,
  type FaultServer,
  fin,
  garbage,
  type Play,
  reset,
  startFaultServer,
} from '../connectors/fault-server.js';
import { noise, plain, sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { faultOf, seen, visits } from './kept-steps.js';
import type { Interference, KeptPlaces, KeptStage } from './kept-subject.js';

const UNAVAILABLE = { name: 'Fault', code: 'park.unavailable' };

/** A clock that notes how long somebody slept. */
function watchedClock(): Clock & { readonly sleeps: number[] } {
  const clock = fakeClock();
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

const first =
  (...what: readonly Interference[]) =>
  (index: number): Interference =>
    what[index] ?? 'none';

/** Everything that goes to a service, by name. */
const calls = ({ parking, letters }: KeptPlaces): readonly [string, () => Promise<unknown>][] => [
  ['park', () => parking.park([sample()])],
  ['park beside the queue', () => parking.park([sample({}, { body: noise(400_000) })])],
  ['look through the queue', () => visits(parking)],
  ['count', () => parking.total()],
  ['bury', () => letters.bury([sample()])],
  ['look through the letters', () => visits(letters)],
];

/** What happens when a service is throttled, silent, refuses or is gone. Nothing is ever called kept that is not. */
export function keptTrouble(staged: () => KeptStage): void {
  const servers: FaultServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  test.each<Interference>(['throttled', 'unavailable', 'lost'])(
    'a moment of it (%s) is waited out',
    async (what) => {
      for (let i = 0; i < calls(staged().open({ clock: fakeClock() })).length; i++) {
        const clock = watchedClock();
        const [, call] = calls(staged().open({ clock, interfere: first(what, what) }))[i] ?? [];
        await call?.();
        expect(clock.sleeps.length).toBe(2);
      }
    },
  );

  test.each<Interference>(['throttled', 'unavailable', 'lost'])(
    'when it lasts (%s), the call ends in a fault within five seconds',
    async (what) => {
      for (const random of [() => 0.3, () => 0.999]) {
        const clock = watchedClock();
        for (const [name, call] of calls(staged().open({ clock, random, interfere: () => what }))) {
          const begun = clock.now();
          expect(await faultOf(call()), name).toMatchObject(UNAVAILABLE);
          // Looking through a queue also asks to have released what it holds, which is one more call.
          expect(clock.now() - begun, name).toBeLessThan(5_000);
        }
      }
    },
  );

  test('an answer that got lost may double a parked message, but never loses one', async () => {
    const kept = sample();
    const { parking, letters } = staged().open({ clock: fakeClock(), interfere: first('lost') });
    await parking.park([kept]);
    const waiting = await seen(parking);
    expect(waiting.length).toBeGreaterThan(0);
    for (const one of waiting) expect(one).toEqual(plain(kept));
    const again = staged().open({ clock: fakeClock(), interfere: first('lost') });
    await again.letters.bury([kept]);
    expect(await seen(letters)).toEqual([plain(kept)]);
  });

  test.each<[string, Play]>([
    ['reset', reset],
    ['closed', fin],
    ['cut', cut],
    ['not HTTP', garbage],
    ["a gateway's page", answer(502, { 'content-type': 'text/html' }, '<html>Bad Gateway</html>')],
    ['an empty 503', answer(503, {}, '')],
  ])('no answer (%s) is tried again, then a fault', async (_, play) => {
    const server = await startFaultServer(() => play);
    servers.push(server);
    const clock = watchedClock();
    for (const [name, call] of calls(staged().open({ clock, random: () => 0.9, endpoint: server.url }))) {
      clock.sleeps.length = 0;
      expect(await faultOf(call()), name).toMatchObject(UNAVAILABLE);
      expect(clock.sleeps.length, name).toBeGreaterThan(3);
    }
  });

  test('nobody listens: tried again, then a fault', async () => {
    const clock = watchedClock();
    const endpoint = await closedPort();
    for (const [name, call] of calls(staged().open({ clock, random: () => 0.9, endpoint }))) {
      clock.sleeps.length = 0;
      expect(await faultOf(call()), name).toMatchObject(UNAVAILABLE);
      expect(clock.sleeps.length, name).toBeGreaterThan(3);
    }
  });

  test('a place that is not there is not tried again, and the fault says what to do', async () => {
    const clock = watchedClock();
    for (const [name, call] of calls(staged().open({ clock, missing: true }))) {
      const fault = await faultOf(call());
      expect(fault, name).toMatchObject(UNAVAILABLE);
      expect(fault.message, name).toMatch(/create the (queue|bucket|container)/);
    }
    expect(clock.sleeps).toEqual([]);
  });

  test('a message whose bytes cannot be fetched now is not taken for one that is gone', async () => {
    const clock = watchedClock();
    await staged()
      .open({ clock: fakeClock() })
      .parking.park([sample({}, { body: noise(400_000) })]);
    const [body = Buffer.alloc(0)] = await staged().arrive();
    const { parking } = staged().open({ clock, interfere: () => 'unavailable' });
    expect(await parking.open(body)).toMatchObject({ ok: false, fault: UNAVAILABLE });
    expect(await staged().open({ clock: fakeClock() }).parking.open(body)).toMatchObject({ ok: true });
  });
}
