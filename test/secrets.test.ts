import { expect, test } from 'vitest';
import { settingOfSecret, settingSecrets } from '../shared/secrets.js';

test.each([
  ['salesforce', 'TRIBUTARY_SECRET_SALESFORCE'],
  ['sales-crm', 'TRIBUTARY_SECRET_SALES_CRM'],
  ['sales.crm 2', 'TRIBUTARY_SECRET_SALES_CRM_2'],
  ['Ärzte', 'TRIBUTARY_SECRET__RZTE'],
  ['', 'TRIBUTARY_SECRET_'],
])('the secret %j is the setting %s', (name, setting) => {
  expect(settingOfSecret(name)).toBe(setting);
});

test('a secret that is set is given as it is', async () => {
  const secrets = settingSecrets({ TRIBUTARY_SECRET_SALES_CRM: ' {"client_id":"x"} \n' });
  expect(await secrets.get('sales-crm')).toBe(' {"client_id":"x"} \n');
});

test.each([undefined, ''])('one that is %j is a fault that says what to set', async (value) => {
  const secrets = settingSecrets({ TRIBUTARY_SECRET_SALES: value, TRIBUTARY_SECRET_OTHER: 'hidden' });
  await expect(secrets.get('sales')).rejects.toMatchObject({
    code: 'config.missing-secret',
    message: 'the secret sales is missing; set TRIBUTARY_SECRET_SALES (a Key Vault reference on Azure)',
  });
});

test('secrets are read when asked for, so that a rotated one is seen', async () => {
  const settings: Record<string, string> = { TRIBUTARY_SECRET_A: 'old' };
  const secrets = settingSecrets(settings);
  settings['TRIBUTARY_SECRET_A'] = 'new';
  expect(await secrets.get('a')).toBe('new');
});
