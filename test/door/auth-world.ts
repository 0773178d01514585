import { exportJWK, generateKeyPair } from 'jose';
import { openGateOf } from '../../shared/door/auth/open-gate.js';
import { handleDoor } from '../../shared/door/door.js';
import { answer, type DoorRequest } from '../../shared/door/request.js';
import type { Route } from '../../shared/door/router.js';
import { readDoorSettings } from '../../shared/door/settings.js';
import { settingSecrets } from '../../shared/secrets.js';
import { request } from './door-world.js';
import { heldClock } from './held-clock.js';

/** Answers with the name under which a request was let in. */
const whoAmI: Route = {
  methods: ['POST'],
  path: '/v1/exports',
  access: 'authenticated',
  handle: async (_, { caller }) => answer(200, { caller }),
};

/** Settings every door needs. */
export const BASE = {
  TRIBUTARY_DOOR_STREAM: 'memory:test',
  TRIBUTARY_PARKING: 'memory:test',
  TRIBUTARY_DEAD_LETTERS: 'memory:test',
};

/** A private key as one of the secret door-keys. */
export async function signingKey(kid: string, alg = 'ES256') {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(pair.privateKey)), kid, alg };
}

type Env = Record<string, string>;

/** A gate opened by settings as a deployment has them, and one route behind it. */
export async function authWorld(
  env: Env,
  more: { fetch?: typeof fetch; checksCertificates?: boolean; now?: number } = {},
) {
  const clock = heldClock(more.now);
  const lines: string[] = [];
  const log = {
    write: (level: string, event: string, fields: object) =>
      void lines.push(JSON.stringify({ level, event, ...fields })),
  };
  const secrets = { ...env };
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const { gate, routes } = await openGateOf(readDoorSettings({ ...BASE, ...env }), {
    secrets: { get: (name) => settingSecrets(secrets).get(name) },
    clock,
    log,
    newId,
    fetch: more.fetch ?? (() => Promise.reject(new TypeError('no network'))),
    checksCertificates: more.checksCertificates ?? false,
  });
  const door = (asked: DoorRequest) =>
    handleDoor(asked, { routes: [whoAmI, ...routes], gate, clock, log, newId, answerMs: 1_700 });
  return {
    clock,
    lines,
    /** May be changed while the door is open. */
    secrets,
    door,
    /** Knocks with an Authorization header; gives status, who it was, and the answer. */
    async knock(authorization?: string, rest: Parameters<typeof request>[0] = {}) {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await door(
        request({ remote: '192.0.2.1', ...rest, headers: { ...headers, ...rest.headers } }),
      );
      const json: Record<string, unknown> = JSON.parse(response.body);
      return { ...response, json, caller: json['caller'], challenge: response.headers['www-authenticate'] };
    },
    /** Asks the token endpoint; gives the answer. */
    async token(form: Record<string, string>, headers: Env = {}) {
      const body = new URLSearchParams(form).toString();
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const asked = request({
        path: '/oauth/token',
        remote: '192.0.2.1',
        headers: { ...type, ...headers },
        body,
      });
      const response = await door(asked);
      const json: Record<string, unknown> = JSON.parse(response.body);
      return { ...response, json };
    },
  };
}

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
