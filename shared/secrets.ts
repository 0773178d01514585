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

/** What TRIBUTARY_SECRETS may say. */
export const MANAGED_SECRETS = /^secrets-manager:(?<prefix>[\w/+=.@-]*)$/;

/**
 * Opens the secrets of a deployment: those of AWS Secrets Manager when `TRIBUTARY_SECRETS` says so
 * (`secrets-manager:PREFIX`, what stands before the name of each), else settings. A secret that is set as a setting counts
 * before both. The SDK is loaded here and nowhere else. Throws `config.invalid` for another value.
 */
export async function openSecrets(env: Env, clock: Pick<Clock, 'now'>): Promise<Secrets> {
  const { TRIBUTARY_SECRETS: where } = env;
  const settings = settingSecrets(env);
  if (!isSet(where)) return settings;
  const prefix = MANAGED_SECRETS.exec(where)?.groups?.['prefix'];
  if (prefix === undefined) {
    const text = `TRIBUTARY_SECRETS is ${JSON.stringify(where)}; this version knows secrets-manager:PREFIX`;
    throw new Fault('config.invalid', `${text}, and settings when it is not set`);
  }
  const { secretsManager, secretsManagerClient } = await import('./stores/secrets-manager.js');
  const managed = secretsManager({ client: secretsManagerClient(), prefix, clock });
  return { get: (name) => (isSet(env[settingOfSecret(name)]) ? settings : managed).get(name) };
}

/** Settings that say how to reach a store, and are secrets therefore: one may name a secret, `secret:NAME`, instead. */
export const CONNECTION_SETTINGS = ['TRIBUTARY_STATE_CONNECTION', 'TRIBUTARY_STORAGE_CONNECTION'] as const;

/** All settings that are secrets themselves. */
export const SECRET_SETTINGS = [
  'TRIBUTARY_LOG_KEY',
  'TRIBUTARY_TRACES_HEADERS',
  ...CONNECTION_SETTINGS,
] as const;

const NAMED = /^secret:([\w./-]+)$/;

/** The name in a setting that names a secret, `secret:NAME`; undefined in any other. */
export const secretNamed = (value: string | undefined): string | undefined => NAMED.exec(value ?? '')?.[1];

/**
 * The settings, and of those that are listed the values of the secrets that they name: a part of a deployment asks only
 * for secrets that it needs, as it may not be allowed others. Throws what {@link openSecrets}' secrets throw.
 */
export async function withSecrets(
  env: Env,
  secrets: Secrets,
  listed: readonly (typeof SECRET_SETTINGS)[number][] = SECRET_SETTINGS,
): Promise<Env> {
  const values = await Promise.all(
    listed.map(async (setting) => {
      const name = secretNamed(env[setting]);
      return name === undefined ? {} : { [setting]: await secrets.get(name) };
    }),
  );
  return Object.assign({ ...env }, ...values);
}

/**
 * The settings, and of those that are listed the values of the secrets that they name, wherever the settings keep secrets. For whoever needs
 * no other secret. Throws what {@link withSecrets} throws.
 */
export async function withNamed(
  env: Env,
  clock: Pick<Clock, 'now'>,
  ...listed: readonly (typeof SECRET_SETTINGS)[number][]
): Promise<Env> {
  if (listed.every((setting) => secretNamed(env[setting]) === undefined)) return env;
  return withSecrets(env, await openSecrets(env, clock), listed);
}
