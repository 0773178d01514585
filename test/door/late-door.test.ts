import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { Health } from '../../shared/door/health.js';
import { lateDoor } from '../../shared/door/late-door.js';
import { request } from './door-world.js';

/** A door that cannot be put together, for this reason. */
function closedDoor(error: unknown) {
  const lines: object[] = [];
  const door = lateDoor(() => Promise.reject(error), {
    write: (level, event, fields) => void lines.push({ level, event, ...fields }),
  });
  return {
    lines,
    async ask(method: string, path: string) {
      const { status, headers, body } = await door(request({ method, path }));
      const json: unknown = JSON.parse(body);
      return { status, headers, json };
    },
  };
}

test('a door that cannot be opened answers 503 under an id that its log line names', async () => {
  const door = closedDoor(new Fault('config.invalid', 'TRIBUTARY_DOOR_AUTH is missing'));
  const { status, headers, json } = await door.ask('POST', '/v1/exports');
  const id = headers['x-request-id'];
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect({ status, json }).toMatchObject({ status: 503, json: { error: 'door.unavailable', requestId: id } });
  expect(door.lines).toEqual([
    {
      level: 'error',
      event: 'door.closed',
      requestId: id,
      fault: 'config.invalid',
      message: 'TRIBUTARY_DOOR_AUTH is missing',
    },
  ]);
});

test.each([
  [new Fault('config.invalid', 'secret-42 is missing'), 'config.invalid'],
  [new TypeError('secret-42'), 'door.unavailable'],
])(
  'its health says that the set-up is at fault and which kind it is, nothing more: %s',
  async (error, code) => {
    for (const [method, path] of [
      ['GET', '/health'],
      ['HEAD', '/health/'],
    ] as const) {
      const { status, headers, json } = await closedDoor(error).ask(method, path);
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': expect.any(String) });
      expect(Health.parse(json)).toEqual({
        status: 'degraded',
        parts: { setUp: { reachable: false, ms: 0, fault: code } },
      });
    }
  },
);
