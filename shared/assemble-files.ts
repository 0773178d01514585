import { randomUUID } from 'node:crypto';
import type { Assembled } from './assemble.js';
import { systemClock } from './clock.js';
import { readConfig } from './config/read-config.js';
import type { Clock, Log } from './core/ports.js';
import type { IntakeDeps } from './files/intake/deps.js';
import { createIntake, createLookout, type Intake, type Lookout } from './files/intake/intake.js';
import { openSources } from './files/intake/open-sources.js';
import { type IntakePages, intakePages } from './files/intake/pages.js';
import { personKeysBy } from './files/intake/person-lines.js';
import type { FileSource } from './files/intake/source.js';
import { jsonLog } from './log.js';
import { CONNECTION_SETTINGS, openSecrets, withNamed, withSecrets } from './secrets.js';
import { readFilesSettings, readStateSettings, type StateSettings } from './settings.js';
import { connectionIn } from './stores/azure-connection.js';
import { TTL_DAYS } from './stores/deps.js';
import type { MessageQueue } from './stores/message-queue.js';
import { openStore } from './stores/open.js';
import { openFilesObjects, openFilesQueue } from './stores/open-files.js';

type Env = Readonly<Record<string, string | undefined>>;

const DAY_MS = 86_400_000;

const SILENT: Log = { write: () => undefined };

/** What the intake of files is made of, from a deployment's settings and its pipeline. Throws a `config.*` fault. */
export async function filesDeps(env: Env, assembled: Assembled): Promise<IntakeDeps> {
  const { pipeline, config, store, secrets, clock, log } = assembled;
  const settings = readFilesSettings(await withSecrets(env, secrets, CONNECTION_SETTINGS));
  const connection = settings.TRIBUTARY_STORAGE_CONNECTION;
  const { rules } = config;
  return {
    sources: openSources(config.files, {
      ...{ rules, secrets, clock, log, random: Math.random },
      connection,
    }),
    pipeline,
    store,
    queue: await openFilesQueue(settings.TRIBUTARY_FILES_QUEUE, { clock, connection }),
    objects: await openFilesObjects(settings.TRIBUTARY_DEAD_LETTERS, { clock, connection }),
    personKeys: personKeysBy(rules),
    clock,
    log,
    newId: randomUUID,
    keptMs: (settings.TRIBUTARY_STATE_TTL_DAYS ?? TTL_DAYS) * DAY_MS,
  };
}

/** The files queue of a deployment. */
export async function openQueueOf(given: Env, clock: Clock): Promise<MessageQueue> {
  const env = await withNamed(given, clock, 'TRIBUTARY_STORAGE_CONNECTION');
  const settings = readFilesSettings(env);
  const connection = settings.TRIBUTARY_STORAGE_CONNECTION;
  return openFilesQueue(settings.TRIBUTARY_FILES_QUEUE, { clock, connection });
}

/** What is known of the files of a deployment, without anything that could work on them. */
export interface FilesDesk {
  readonly sources: ReadonlyMap<string, FileSource>;
  readonly pages: IntakePages;
  /** What the rule file calls audiences, by `namespace/id`. */
  readonly titles: ReadonlyMap<string, string>;
}

/** Opens places and state of a deployment, which are not asked anything yet. */
async function openFound(given: Env, clock: Clock, logOf: (settings: StateSettings) => Log) {
  const secrets = await openSecrets(given, clock);
  const env = await withSecrets(given, secrets, CONNECTION_SETTINGS);
  const settings = readStateSettings(env);
  const config = await readConfig(settings.TRIBUTARY_CONFIG, settings.TRIBUTARY_FUNCTIONS, env);
  const store = await openStore(settings.TRIBUTARY_STATE, {
    clock,
    connection: settings.TRIBUTARY_STATE_CONNECTION,
    ttlDays: settings.TRIBUTARY_STATE_TTL_DAYS,
  });
  const connection = connectionIn(env, 'TRIBUTARY_STORAGE_CONNECTION');
  const { rules, files } = config;
  const log = logOf(settings);
  const sources = openSources(files, { rules, secrets, clock, log, random: Math.random, connection });
  const declared = [...rules.audiences.values()].flatMap((ids) => [...ids.values()]);
  const titles = new Map(declared.map(({ name, namespace, id }) => [`${namespace}/${id}`, name]));
  return { sources, store, clock, log, titles };
}

/** Opens places and state of a deployment to look at them. Throws a `config.*` fault that names what is wrong. */
export async function openDesk(env: Env, clock: Clock): Promise<FilesDesk> {
  const { sources, store, titles } = await openFound(env, clock, () => SILENT);
  return { sources, pages: intakePages({ store, clock }), titles };
}

/** What finds files of a deployment and orders work on them, and does none. Throws a `config.*` fault that names what is wrong. */
export async function assembleLookout(env: Env, clock: Clock = systemClock): Promise<Lookout> {
  const found = await openFound(env, clock, ({ TRIBUTARY_LOG_LEVEL: level }) =>
    jsonLog(level, (line) => process.stdout.write(line), clock.now),
  );
  return createLookout({ ...found, queue: await openQueueOf(env, clock) });
}

/** The intake of files of a deployment, on both clouds and in the local run. Throws a `config.*` fault that names what is wrong. */
export const assembleFiles = async (env: Env, assembled: Assembled): Promise<Intake> =>
  createIntake(await filesDeps(env, assembled));
