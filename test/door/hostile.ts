import * as fc from 'fast-check';
import { expect } from 'vitest';
import { httpOf } from '../../lambdas/http.js';
import { systemClock } from '../../shared/clock.js';
import type { DeadLetters } from '../../shared/core/kept.js';
import { openGateOf } from '../../shared/door/auth/open-gate.js';
import { inTurn } from '../../shared/door/content.js';
import { handleDoor } from '../../shared/door/door.js';
import { exportsRoute } from '../../shared/door/exports.js';
import type { Appender } from '../../shared/door/ports.js';
import type { DoorRequest, DoorResponse } from '../../shared/door/request.js';
import { createRoom } from '../../shared/door/room.js';
import { readDoorSettings } from '../../shared/door/settings.js';
import { watchStream } from '../../shared/door/stream-watch.js';
import { settingSecrets } from '../../shared/secrets.js';
import { BASE, signingKey } from './auth-world.js';
import { RULES } from './door-world.js';
import { hostileRequest, MARKER } from './hostile-requests.js';
import { openGate } from './open-gate.js';

const ANSWERS = new Set([200, 400, 401, 403, 404, 405, 413, 429]);
const SECRETS = ['S3CRET-basic-password', 'S3CRET-bearer-token-0123', 'S3CRET-client-secret-0123'];

type Ask = (request: DoorRequest) => Promise<DoorResponse>;

/** A door that keeps nothing but counts, once open to everybody and once with every way of authenticating. */
async function hostileGround() {
  const counts = { appended: 0, buried: 0 };
  const lines: string[] = [];
  const env = {
    ...BASE,
    TRIBUTARY_DOOR_AUTH: 'basic,bearer,oauth',
    TRIBUTARY_SECRET_DOOR_BASIC: `adobe:${SECRETS[0]}`,
    TRIBUTARY_SECRET_DOOR_BEARER: String(SECRETS[1]),
    TRIBUTARY_SECRET_DOOR_KEYS: JSON.stringify({ keys: [await signingKey('k1')] }),
    TRIBUTARY_SECRET_DOOR_CLIENTS: JSON.stringify({ clients: [{ id: 'adobe', secret: SECRETS[2] }] }),
  };
  const log = {
    write: (level: string, event: string, fields: object) =>
      void lines.push(JSON.stringify({ level, event, ...fields })),
  };
  const clock = systemClock;
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const guarded = await openGateOf(readDoorSettings(env), {
    secrets: settingSecrets(env),
    clock,
    log,
    newId,
    fetch: globalThis.fetch,
    checksCertificates: false,
  });
  const appender: Appender = {
    place: 'nowhere',
    reach: async () => undefined,
    maxBytes: 100_000,
    append: async (entries) => {
      counts.appended += entries.length;
      return entries.map(() => ({ kind: 'durable' as const }));
    },
  };
  const deadLetters: DeadLetters = {
    bury: async (letters) => {
      counts.buried += letters.length;
    },
  };
  const limits = { maxBytes: 300_000, maxUnpackedBytes: 1_000_000 };
  const exports = exportsRoute({
    appender,
    deadLetters,
    rules: RULES,
    clock,
    log,
    random: Math.random,
    room: createRoom({ calls: 1_000, bytes: 67_108_864 }),
    watch: watchStream(clock),
    turn: inTurn(),
    takesSamples: false,
    ...limits,
  });
  const routes = [exports, ...guarded.routes];
  const door =
    (gate: typeof openGate): Ask =>
    (request) =>
      handleDoor(request, { routes, gate, clock, log, newId, answerMs: 60_000 });
  return { counts, lines, open: door(openGate), guarded: door(guarded.gate) };
}

/** The same request by way of the Lambda's adapter. */
const byLambda =
  (ask: Ask): Ask =>
  async ({ method, path, headers, body, query, remote = '', receivedAt = 0 }) => {
    const event = {
      version: '2.0',
      rawPath: path,
      rawQueryString: query.toString(),
      headers,
      requestContext: {
        http: { method, sourceIp: remote },
        timeEpoch: Number.isFinite(receivedAt) ? receivedAt : 0,
      },
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    };
    const handler = httpOf(ask);
    // The handler reads nothing of the context.
    const { statusCode = 0, headers: given = {}, body: text = '' } = await handler(event, {} as never);
    return {
      status: statusCode,
      headers: Object.fromEntries(Object.entries(given).map(([k, v]) => [k, String(v)])),
      body: text,
    };
  };

function judge(request: DoorRequest, response: DoorResponse, said: string, buried: number): void {
  expect(ANSWERS).toContain(response.status);
  const json: Record<string, unknown> = JSON.parse(response.body);
  expect(response.headers['content-type']).toBe('application/json');
  for (const secret of [MARKER, ...SECRETS]) expect(said).not.toContain(secret);
  expect(said).not.toMatch(/\bat .*\.(?:ts|js):\d/);
  const isExport = request.path.startsWith('/v1/exports') && 'received' in json;
  if (isExport)
    expect(json['received']).toBe(
      Number(json['accepted']) + Number(json['malformed']) + Number(json['testProfiles']),
    );
  const isRefused = 'error' in json && String(json['error']).startsWith('decode.');
  if (isRefused && request.body.length > 0) expect(buried).toBeGreaterThan(0);
}

/** Knocks so many times in every hostile way there is. No answer is a 5xx, because nothing here is broken. */
export async function knockHostile(numRuns: number, each: () => void = () => undefined): Promise<void> {
  const ground = await hostileGround();
  const ways = [ground.open, ground.guarded, byLambda(ground.open), byLambda(ground.guarded)];
  const property = fc.asyncProperty(hostileRequest, fc.constantFrom(...ways), async (request, ask) => {
    ground.lines.length = 0;
    ground.counts.buried = 0;
    const response = await ask(request);
    const said = response.body + JSON.stringify(response.headers) + ground.lines.join('\n');
    judge(request, response, said, ground.counts.buried);
    each();
  });
  await fc.assert(property, { numRuns });
}
