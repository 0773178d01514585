import { randomUUID } from 'node:crypto';
import type { Assembled } from './assemble.js';
import type { IntakeDeps } from './files/intake/deps.js';
import { createIntake, type Intake } from './files/intake/intake.js';
import { openSources } from './files/intake/open-sources.js';
import { personKeysBy } from './files/intake/person-lines.js';
import { CONNECTION_SETTINGS, withSecrets } from './secrets.js';
import { readFilesSettings } from './settings.js';
import { openFilesObjects, openFilesQueue } from './stores/open-files.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What the intake of files is made of, from a deployment's settings and its pipeline. Throws a `config.*` fault. */
export async function filesDeps(env: Env, assembled: Assembled): Promise<IntakeDeps> {
  const { pipeline, config, store, secrets, clock, log } = assembled;
  const settings = readFilesSettings(await withSecrets(env, secrets, CONNECTION_SETTINGS));
  const connection = settings.TRIBUTARY_STORAGE_CONNECTION;
  const { rules } = config;
  return {
    sources: openSources(config.files, {
      ...{ rules, secrets, clock, log, random: Math.random },
      // A place of blobs with an identity says so itself.
      connection: typeof connection === 'string' ? connection : undefined,
    }),
    pipeline,
    store,
    queue: await openFilesQueue(settings.TRIBUTARY_FILES_QUEUE, { clock, connection }),
    objects: await openFilesObjects(settings.TRIBUTARY_DEAD_LETTERS, { clock, connection }),
    personKeys: personKeysBy(rules),
    clock,
    log,
    newId: randomUUID,
  };
}

/** The intake of files of a deployment, on both clouds and in the local run. Throws a `config.*` fault that names what is wrong. */
export const assembleFiles = async (env: Env, assembled: Assembled): Promise<Intake> =>
  createIntake(await filesDeps(env, assembled));
