import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { handleDoor } from '../../shared/door/door.js';
import { Health, healthRoute, type Probe } from '../../shared/door/health.js';
import { request } from './door-world.js';
import { type HeldClock, heldClock } from './held-clock.js';
import { openGate } from './open-gate.js';

function healthDoor(parts: Readonly<Record<string, Probe>>, clock: HeldClock = heldClock()) {
  const lines: string[] = [];
  const log = {
    write: (_: string, event: string, fields: object) =>
      void lines.push(JSON.stringify({ event, ...fields })),
  };
  const routes = [healthRoute({ parts, clock, log })];
  const deps = { routes, gate: openGate, clock, log, newId: () => 'request', answerMs: 1_700 };
  return {
    clock,
    lines,
    async ask() {
      const response = await handleDoor(request({ method: 'GET', path: '/health' }), deps);
      return { ...response, health: Health.parse(JSON.parse(response.body)) };
    },
  };
}

const fine: Probe = async () => undefined;

test('every part answers: 200, and how long each took', async () => {
  const { status, headers, health } = await healthDoor({ store: fine, stream: fine }).ask();
  expect({ status, health }).toEqual({
    status: 200,
    health: {
      status: 'ok',
      parts: {
        store: { reachable: true, ms: 0, fault: null },
        stream: { reachable: true, ms: 0, fault: null },
      },
    },
  });
  expect(headers['cache-control']).toBe('no-store');
});

test('a part that fails: 503 and its code, without a word of what the service said', async () => {
  const { ask, lines } = healthDoor({
    store: fine,
    stream: () => Promise.reject(new Fault('stream.unavailable', 'the stream kinesis:secret-42 …')),
    deadLetters: () => Promise.reject(new TypeError('secret-42')),
  });
  const { status, body, health } = await ask();
  expect(status).toBe(503);
  expect(health.parts).toMatchObject({
    store: { reachable: true, fault: null },
    stream: { reachable: false, fault: 'stream.unavailable' },
    deadLetters: { reachable: false, fault: 'door.unavailable' },
  });
  expect(body).not.toContain('secret-42');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      event: 'door.unreachable',
      part: 'stream',
      fault: 'stream.unavailable',
      message: 'the stream kinesis:secret-42 …',
    },
  ]);
});

test('a part that never answers does not hold up the answer: it counts as out of reach after a second', async () => {
  const heeds: boolean[] = [];
  const { ask, clock } = healthDoor({
    store: fine,
    stream: (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => heeds.push(true));
      }),
  });
  const asked = ask();
  await clock.advance(1_000);
  const { status, health } = await asked;
  expect({ status, stream: health.parts['stream'] }).toEqual({
    status: 503,
    stream: { reachable: false, ms: 1_000, fault: 'run.deadline' },
  });
  expect(heeds).toEqual([true]);
});

test('however often anybody asks, the parts are asked once in five seconds', async () => {
  let asked = 0;
  const { ask, clock } = healthDoor({
    store: async () => {
      asked += 1;
    },
  });
  await Promise.all(Array.from({ length: 50 }, ask));
  await clock.advance(4_999);
  await ask();
  expect(asked).toBe(1);
  await clock.advance(1);
  await ask();
  expect(asked).toBe(2);
});
