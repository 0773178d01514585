import { openPlain } from '../shared/config/open.js';
import { secretsIn } from '../shared/connectors/auth/secret.js';
import { NO_TOOLS } from '../shared/core/tools.js';
import { CLIENTS_SECRET } from '../shared/door/auth/clients.js';
import { KEYS_SECRET } from '../shared/door/auth/keys.js';
import { BASIC_SECRET, BEARER_SECRET } from '../shared/door/auth/static.js';
import { settingOfSecret } from '../shared/secrets.js';

/** Settings of a function as a template has them; what is empty counts as not set. */
export type PlannedSettings = Readonly<Record<string, string | undefined>>;

/**
 * What `${NAME}` in the plain values of a rule file stands for and these settings lack: where it stands, and its name. A
 * deployed function would say the same of each, but only when it starts.
 */
export const settingsMissing = (plain: unknown, settings: PlannedSettings): readonly string[] =>
  openPlain(plain, settings, NO_TOOLS)
    .findings.filter(({ code }) => code === 'config.missing-setting')
    .map(({ path, message }) => `${path.join('.')}: ${message}`);

const OF_DOOR: Readonly<Record<string, readonly string[]>> = {
  basic: [BASIC_SECRET],
  bearer: [BEARER_SECRET],
  oauth: [CLIENTS_SECRET, KEYS_SECRET],
};

/**
 * Names of the secrets that a deployment with this rule file needs: those that it names, and those of the ways in which its
 * door lets callers in (`TRIBUTARY_DOOR_AUTH`).
 */
export function secretsNeeded(plain: unknown, doorAuth: string): readonly string[] {
  const { connections, files }: { connections?: unknown; files?: unknown } = Object(plain);
  const ofDoor = doorAuth.split(',').flatMap((way) => OF_DOOR[way.trim()] ?? []);
  return [...new Set([...secretsIn(connections), ...secretsIn(files), ...ofDoor])].sort();
}

/** What an app on Azure with these settings could not start or work without, in words; nothing when all is there. */
export function azureLacks(plain: unknown, settings: PlannedSettings): readonly string[] {
  const named = secretsNeeded(plain, settings['TRIBUTARY_DOOR_AUTH'] ?? '');
  return [
    ...settingsMissing(plain, settings).map((text) => `${text}: add it to the parameter "settings"`),
    ...named
      .filter((name) => !settings[settingOfSecret(name)])
      .map((name) => `no setting holds secret:${name}: add "${name}" to the parameter "secrets"`),
  ];
}
