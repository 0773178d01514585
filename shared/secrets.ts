import { Fault } from './core/fault.js';
import type { Clock, Secrets } from './core/ports.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The setting that holds a secret: `secret:sales-crm` is `TRIBUTARY_SECRET_SALES_CRM`. */
export const settingOfSecret = (name: string): string =>
  `TRIBUTARY_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/**
 * Secrets as settings, the way Azure hands over Key Vault references and a local run sets them. Messages name the
 * setting, never the value.
 */
export const settingSecrets = (settings: Env): Secrets => ({
  async get(name) {
    const value = settings[settingOfSecret(name)];
    if (isSet(value)) return value;
    const text = `the secret ${name} is missing; set ${settingOfSecret(name)} (a Key Vault reference on Azure)`;
    throw new Fault('config.missing-secret', text);
  },
});

const MANAGED = /^secrets-manager:(?<prefix>[\w/+=.@-]*)$/;

/**
 * Opens the secrets of a deployment: those of AWS Secrets Manager when `TRIBUTARY_SECRETS` says so
 * (`secrets-manager:PREFIX`, what stands before the name of each), else settings. A secret that is set as a setting counts
 * before both. The SDK is loaded here and nowhere else. Throws `config.invalid` for another value.
 */
export async function openSecrets(env: Env, clock: Pick<Clock, 'now'>): Promise<Secrets> {
  const { TRIBUTARY_SECRETS: where } = env;
  const settings = settingSecrets(env);
  if (!isSet(where)) return settings;
  const prefix = MANAGED.exec(where)?.groups?.['prefix'];
  if (prefix === undefined) {
    const text = `TRIBUTARY_SECRETS is ${JSON.stringify(where)}; this version knows secrets-manager:PREFIX`;
    throw new Fault('config.invalid', `${text}, and settings when it is not set`);
  }
  const { secretsManager, secretsManagerClient } = await import('./stores/secrets-manager.js');
  const managed = secretsManager({ client: secretsManagerClient(), prefix, clock });
  return { get: (name) => (isSet(env[settingOfSecret(name)]) ? settings : managed).get(name) };
}

/** Settings that are secrets themselves: each may name one, `secret:NAME`, in place of its value. */
export const SECRET_SETTINGS = [
  'TRIBUTARY_LOG_KEY',
  'TRIBUTARY_STATE_CONNECTION',
  'TRIBUTARY_STORAGE_CONNECTION',
] as const;

const NAMED = /^secret:([\w./-]+)$/;

/** The settings with the values of the secrets that they name. Throws what {@link openSecrets}' secrets throw. */
export async function withSecrets(env: Env, secrets: Secrets): Promise<Env> {
  const values = await Promise.all(
    SECRET_SETTINGS.map(async (setting) => {
      const [, name] = NAMED.exec(env[setting] ?? '') ?? [];
      return name === undefined ? {} : { [setting]: await secrets.get(name) };
    }),
  );
  return Object.assign({ ...env }, ...values);
}
