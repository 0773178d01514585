import { randomUUID } from 'node:crypto';
import { openAdobeRoutes } from './assemble-adobe.js';
import { systemClock } from './clock.js';
import { readConfig } from './config/read-config.js';
import type { Clock } from './core/ports.js';
import { openGateOf } from './door/auth/open-gate.js';
import { inTurn } from './door/content.js';
import { ANSWER_MS, handleDoor } from './door/door.js';
import { exportsRoute } from './door/exports.js';
import type { Door } from './door/late-door.js';
import { withOpenApi } from './door/openapi-route.js';
import { createRoom } from './door/room.js';
import { readDoorSettings } from './door/settings.js';
import { watchStream } from './door/stream-watch.js';
import { jsonLog } from './log.js';
import { CONNECTION_SETTINGS, openSecrets, withSecrets } from './secrets.js';
import { checkSettings, keptOptions } from './settings.js';
import { identityIn } from './stores/azure-connection.js';
import { openAppender } from './stores/open-appender.js';
import { openLetters } from './stores/open-kept.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What the door takes from the machine and the platform it runs on; tests lend their own. */
export interface DoorMachine {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** Whether the platform checks client certificates against a trust store of the operator. */
  readonly checksCertificates: boolean;
}

/**
 * Puts the HTTP door together from a deployment's settings. Both clouds and the local run call this, so that they cannot
 * differ. Throws a `config.*` fault that names what is wrong.
 */
export async function assembleDoor(
  given: Env,
  {
    checksCertificates,
    clock = systemClock,
    fetch = globalThis.fetch,
  }: Partial<DoorMachine> & Pick<DoorMachine, 'checksCertificates'>,
): Promise<Door> {
  checkSettings(given, readDoorSettings);
  const secrets = await openSecrets(given, clock);
  const env = await withSecrets(given, secrets, CONNECTION_SETTINGS);
  const settings = readDoorSettings(env);
  const config = await readConfig(settings.TRIBUTARY_CONFIG, settings.TRIBUTARY_FUNCTIONS, env);
  const sample = { share: settings.TRIBUTARY_LOG_SAMPLE, random: Math.random };
  const write = (line: string) => void process.stdout.write(line);
  const log = jsonLog(settings.TRIBUTARY_LOG_LEVEL, write, clock.now, sample);
  const machine = { secrets, clock, log, fetch, newId: randomUUID, checksCertificates };
  const { gate, routes } = await openGateOf(settings, machine);
  const identity = identityIn(env, 'TRIBUTARY_DOOR_STREAM');
  const appender = await openAppender(settings.TRIBUTARY_DOOR_STREAM, secrets, identity);
  const deadLetters = await openLetters({ ...keptOptions(settings), clock });
  const parts = { rules: config.rules, stream: appender, deadLetters, clock, log };
  const exports = exportsRoute({
    rules: config.rules,
    appender,
    deadLetters,
    clock,
    log,
    random: Math.random,
    room: createRoom({
      calls: settings.TRIBUTARY_DOOR_MAX_CALLS,
      bytes: settings.TRIBUTARY_DOOR_MAX_BYTES_AT_ONCE,
    }),
    watch: watchStream(clock),
    turn: inTurn(),
    takesSamples: settings.TRIBUTARY_DOOR_TEST_PROFILES === 'take',
    maxBytes: settings.TRIBUTARY_DOOR_MAX_BYTES,
    maxUnpackedBytes: settings.TRIBUTARY_DOOR_MAX_UNPACKED_BYTES,
  });
  const known = [exports, ...routes, ...(await openAdobeRoutes(env, parts))];
  const all = withOpenApi(known, settings.TRIBUTARY_DOOR_AUTH);
  return (request) =>
    handleDoor(request, { routes: all, gate, clock, log, newId: randomUUID, answerMs: ANSWER_MS });
}
