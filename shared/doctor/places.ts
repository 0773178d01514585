import type { Clock } from '../core/ports.js';
import type { Finding } from '../core/remote.js';
import { openGateOf } from '../door/auth/open-gate.js';
import { readDoorSettings } from '../door/settings.js';
import { type CONNECTION_SETTINGS, openSecrets, withNamed } from '../secrets.js';
import { connectionIn, identityIn } from '../stores/azure-connection.js';
import { openStore } from '../stores/open.js';
import { openAppender } from '../stores/open-appender.js';
import { openLetters, openParking } from '../stores/open-kept.js';
import type { Part } from './part.js';

type Env = Readonly<Record<string, string | undefined>>;

const answers = (place: string): readonly Finding[] => [{ level: 'well', what: `${place} answers` }];

const memory = (place: string): readonly Finding[] => [
  {
    level: 'warning',
    what: `${place} is the memory of one process`,
    advice: 'Name a table, queue or container before you deploy (docs/stores.md, docs/parking.md).',
  },
];

const unset = (setting: string): readonly Finding[] => [
  {
    level: 'warning',
    what: `${setting} is not set here, so it was not looked at`,
    advice: 'Run this with the settings of the deployment.',
  },
];

/** A place that a setting names: opened and asked, or why not. */
const place = (
  env: Env,
  name: string,
  setting: string,
  ask: (value: string, signal: AbortSignal) => Promise<unknown>,
): Part => ({
  name,
  async look(signal) {
    const value = env[setting];
    if (value === undefined || value === '') return unset(setting);
    await ask(value, signal);
    return value.startsWith('memory:') ? memory(value) : answers(value);
  },
});

/** Where a stream is, there the platform of its functions is: API Gateway checks certificates, App Service does not. */
const isAws = ({ TRIBUTARY_DOOR_STREAM: stream = '' }: Env): boolean => stream.startsWith('kinesis:');

/** Ways of authenticating, opened as the door opens them: their settings and secrets are there and can be used. */
const door = (env: Env, clock: Clock): Part => ({
  name: 'authentication of the door',
  async look() {
    const ways = env['TRIBUTARY_DOOR_AUTH'];
    if (ways === undefined || ways === '') return unset('TRIBUTARY_DOOR_AUTH');
    await openGateOf(readDoorSettings(env), {
      secrets: await openSecrets(env, clock),
      clock,
      log: { write: () => undefined },
      fetch: globalThis.fetch,
      newId: () => '',
      checksCertificates: isAws(env),
    });
    const nobody: Finding = {
      level: 'warning',
      what: 'it asks nobody who they are',
      advice: 'Set TRIBUTARY_DOOR_AUTH (docs/http-door.md).',
    };
    return ways === 'none'
      ? [nobody]
      : [{ level: 'well', what: `${ways}: settings and secrets can be used` }];
  },
});

/** No person's id begins with a colon, and nothing is stored under this one. */
const NOBODY = ':doctor';

/** The stores, queues and streams of a deployment, each asked something that changes nothing. */
export function placesOf(env: Env, clock: Clock): readonly Part[] {
  // A connection may be a secret that is named. It is fetched by whoever needs it: then they say what is wrong with it.
  const connectionOf = async (setting: (typeof CONNECTION_SETTINGS)[number]) =>
    connectionIn(await withNamed(env, clock, setting), setting);
  const kept = async (parking: string, deadLetters: string) => ({
    parking,
    deadLetters,
    connection: await connectionOf('TRIBUTARY_STORAGE_CONNECTION'),
    clock,
  });
  return [
    place(env, 'state', 'TRIBUTARY_STATE', async (value, signal) => {
      const connection = await connectionOf('TRIBUTARY_STATE_CONNECTION');
      const store = await openStore(value, { clock, connection });
      await store.read([NOBODY], signal);
    }),
    place(env, 'retry queue', 'TRIBUTARY_PARKING', async (value) => {
      const letters = env['TRIBUTARY_DEAD_LETTERS'] ?? '';
      await (await openParking(await kept(value, letters))).total();
    }),
    place(env, 'dead letters', 'TRIBUTARY_DEAD_LETTERS', async (value, signal) => {
      await (await openLetters(await kept('', value))).reach(signal);
    }),
    door(env, clock),
    place(env, 'stream of the door', 'TRIBUTARY_DOOR_STREAM', async (value, signal) => {
      const identity = identityIn(env, 'TRIBUTARY_DOOR_STREAM');
      await (await openAppender(value, await openSecrets(env, clock), identity)).reach(signal);
    }),
  ];
}
