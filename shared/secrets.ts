import { Fault } from './core/fault.js';
import type { Secrets } from './core/ports.js';

/** The setting that holds a secret: `secret:sales-crm` is `TRIBUTARY_SECRET_SALES_CRM`. */
export const settingOfSecret = (name: string): string =>
  `TRIBUTARY_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

/**
 * Secrets as settings, the way Azure hands over Key Vault references and a local run sets them. Messages name the
 * setting, never the value.
 */
export const settingSecrets = (settings: Readonly<Record<string, string | undefined>>): Secrets => ({
  async get(name) {
    const value = settings[settingOfSecret(name)];
    if (value !== undefined && value !== '') return value;
    const text = `the secret ${name} is missing; set ${settingOfSecret(name)} (a Key Vault reference on Azure)`;
    throw new Fault('config.missing-secret', text);
  },
});
