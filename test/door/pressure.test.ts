import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { handleDoor } from '../../shared/door/door.js';
import type { Entry, Fate } from '../../shared/door/ports.js';
import type { DoorResponse } from '../../shared/door/request.js';
import { createRoom, type Stay } from '../../shared/door/room.js';
import { doorWorld, request } from './door-world.js';

const person = (crmid: string, more: object = {}) => ({ identityMap: { crmid: [{ id: crmid }] }, ...more });

type Mood = 'well' | 'hangs' | 'refuses' | 'throttles';

const refusalOf = (mood: Mood): Fate =>
  mood === 'throttles'
    ? { kind: 'throttled', fault: new Fault('stream.throttled', 'full') }
    : { kind: 'unavailable', fault: new Fault('stream.unavailable', 'no') };

/** A door on a stream whose mood the test changes, and how often the stream was asked. */
function moody(limits?: { calls: number; bytes: number }) {
  const stream: { now: Mood; asked: number } = { now: 'well', asked: 0 };
  const interfere = (entries: readonly Entry[]): Promise<Fate[]> | undefined => {
    stream.asked += 1;
    if (stream.now === 'well') return undefined;
    if (stream.now === 'hangs') return new Promise(() => undefined);
    return Promise.resolve(entries.map(() => refusalOf(stream.now)));
  };
  return { ...doorWorld({ interfere, ...(limits && { limits }) }), mood: stream };
}

type World = ReturnType<typeof moody>;

/** Posts persons at once and gives the answers, with how long each took. */
function postAll(world: World, ids: readonly string[]) {
  const start = world.clock.now();
  return ids.map(async (id) => {
    const { status, json } = await world.post(person(id));
    return { status, error: json['error'], ms: world.clock.now() - start };
  });
}

const ids = (count: number, name = 'p'): string[] => Array.from({ length: count }, (_, i) => `${name}${i}`);

async function makeSilent(world: World, mood: Mood): Promise<void> {
  world.mood.now = mood;
  const answers = postAll(world, ids(10));
  await world.clock.advance(2_000);
  for (const { status, ms } of await Promise.all(answers)) {
    expect(status).toBe(503);
    expect(ms).toBeLessThan(2_000);
  }
}

test.each<Mood>(['hangs', 'refuses'])(
  'a stream that %s: after ten calls in vain the others are answered at once, and hardly any asks it',
  async (mood) => {
    const world = moody();
    await makeSilent(world, mood);
    world.mood.asked = 0;
    const answers = postAll(world, ids(500));
    await world.clock.advance(0);
    expect(world.mood.asked).toBeLessThanOrEqual(1);
    await world.clock.advance(2_000);
    const settled = await Promise.all(answers);
    expect(
      settled.filter(({ status, error }) => status === 503 && error === 'stream.unavailable'),
    ).toHaveLength(500);
    expect(settled.filter(({ ms }) => ms > 0)).toHaveLength(1);
    expect(Math.max(...settled.map(({ ms }) => ms))).toBeLessThan(2_000);
    expect(world.records()).toEqual([]);
  },
);

test('calls that were too late to ask the stream say nothing of it', async () => {
  const world = moody();
  const start = world.clock.now();
  const now = vi.spyOn(world.clock, 'now').mockReturnValue(start + 1_660);
  for (const id of ids(10)) {
    now.mockReturnValueOnce(start);
    expect((await world.post(person(id))).status).toBe(503);
  }
  now.mockRestore();
  expect(world.mood.asked).toBe(0);
  expect(await Promise.all(postAll(world, ['a', 'b']))).toMatchObject([{ status: 200 }, { status: 200 }]);
});

test('once the stream is back, the next trial opens the door for all, and what is told as taken is in the stream', async () => {
  const world = moody();
  await makeSilent(world, 'hangs');
  world.mood.now = 'well';
  await world.clock.advance(100);
  expect(await Promise.all(postAll(world, ['trial']))).toMatchObject([{ status: 200 }]);
  const answers = await Promise.all(postAll(world, ids(50, 'after')));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(world.records()).toEqual(['trial', ...ids(50, 'after')].map((id) => person(id)));
});

test('a trial is made every tenth of a second, whatever became of those before', async () => {
  const world = moody();
  await makeSilent(world, 'hangs');
  world.mood.asked = 0;
  const answers = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    answers.push(...postAll(world, ids(5)));
    await world.clock.advance(100);
  }
  expect(world.mood.asked).toBe(10);
  await world.clock.advance(2_000);
  expect(await Promise.all(answers)).toHaveLength(50);
});

test('a stream that throttles has answered: it goes on being asked', async () => {
  const world = moody();
  world.mood.now = 'throttles';
  const answers = postAll(world, ids(30));
  await world.clock.advance(2_000);
  expect((await Promise.all(answers)).every(({ status }) => status === 429)).toBe(true);
  world.mood.now = 'well';
  expect(await Promise.all(postAll(world, ['next']))).toMatchObject([{ status: 200 }]);
});

test('beyond its calls the door answers 503 at once, and takes calls again when others are done', async () => {
  const world = moody({ calls: 3, bytes: 1_000_000 });
  world.mood.now = 'hangs';
  const inside = postAll(world, ids(3));
  await world.clock.advance(0);
  expect(await Promise.all(postAll(world, ['more']))).toEqual([{ status: 503, error: 'door.busy', ms: 0 }]);
  await world.clock.advance(2_000);
  await Promise.all(inside);
  world.mood.now = 'well';
  expect(await Promise.all(postAll(world, ['again']))).toMatchObject([{ status: 200 }]);
  expect(world.records()).toEqual([person('again')]);
});

test('what a body becomes unpacked counts: there is room for one alone, not for a second', async () => {
  const world = moody({ calls: 100, bytes: 10_000 });
  world.mood.now = 'hangs';
  const packed = gzipSync(JSON.stringify(person('long', { note: 'a'.repeat(50_000) })));
  const first = world.post(packed);
  // It is unpacked in real time.
  await vi.waitFor(() => expect(world.mood.asked).toBe(1));
  const second = await world.post(packed);
  expect([second.status, second.json['error']]).toEqual([503, 'door.busy']);
  await world.clock.advance(2_000);
  await first;
  world.mood.now = 'well';
  expect((await world.post(packed)).status).toBe(200);
});

test.each<[string, () => Promise<DoorResponse>]>([
  ['never', () => new Promise(() => undefined)],
  ['with a fault', () => Promise.reject(new Error('broken'))],
])('a part that answers %s: 503 within two seconds all the same', async (_, handle) => {
  const { deps, clock } = doorWorld();
  const route = { methods: ['GET'], path: '/hangs', access: 'anybody' as const, handle };
  const answered = handleDoor(request({ method: 'GET', path: '/hangs' }), { ...deps, routes: [route] });
  await clock.advance(1_999);
  expect(await Promise.race([answered, 'late'])).toMatchObject({ status: 503 });
});

test('a room never holds more than its limits, but for one call alone; and all of it comes back', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('enter' as const), bytes: fc.nat(200) }),
    fc.record({ do: fc.constant('weigh' as const), bytes: fc.nat(200), which: fc.nat(9) }),
    fc.record({ do: fc.constant('leave' as const), which: fc.nat(9) }),
  );
  const run = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const room = createRoom({ calls: 5, bytes: 300 });
    const inside: { stay: Stay; bytes: number }[] = [];
    for (const one of steps) {
      const chosen = 'which' in one ? inside[one.which % Math.max(1, inside.length)] : undefined;
      if (one.do === 'enter') {
        const stay = room.enter(one.bytes);
        if (stay) inside.push({ stay, bytes: one.bytes });
      } else if (one.do === 'weigh' && chosen?.stay.weigh(one.bytes)) chosen.bytes = one.bytes;
      else if (one.do === 'leave' && chosen) {
        chosen.stay.leave();
        chosen.stay.leave();
        inside.splice(inside.indexOf(chosen), 1);
      }
      const held = inside.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(inside.length).toBeLessThanOrEqual(5);
      expect(held <= 300 || inside.length === 1).toBe(true);
    }
    for (const { stay } of inside) stay.leave();
    const five = Array.from({ length: 5 }, () => room.enter(60));
    expect(five.every((stay) => stay !== undefined)).toBe(true);
  });
  fc.assert(run);
});
