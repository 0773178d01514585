import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, test } from 'vitest';
import { openSecrets, withSecrets } from '../../shared/secrets.js';
import { secretsManager } from '../../shared/stores/secrets-manager.js';
import { startSecrets } from '../build/secrets-stub.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Secrets of a service on this machine, by a clock that stands where it is put. */
async function world(stored: Record<string, string>) {
  const stub = await startSecrets(stored);
  const client = new SecretsManagerClient({
    endpoint: stub.environment.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const time = { now: 0 };
  const close = async (): Promise<void> => {
    client.destroy();
    await stub.close();
  };
  closers.push(close);
  const secrets = secretsManager({ client, prefix: 'tributary/dev/', clock: { now: () => time.now } });
  return { secrets, time, asked: stub.asked, stop: stub.close };
}

test('a secret is asked for once a minute, whoever wants it, and a rotated one is seen then', async () => {
  const stored = { 'tributary/dev/sales': 'old' };
  const { secrets, time, asked } = await world(stored);
  expect(await Promise.all([secrets.get('sales'), secrets.get('sales')])).toEqual(['old', 'old']);
  stored['tributary/dev/sales'] = 'new';
  time.now = 59_999;
  expect(await secrets.get('sales')).toBe('old');
  expect(asked).toEqual(['tributary/dev/sales']);
  time.now = 60_000;
  expect(await secrets.get('sales')).toBe('new');
});

test('one that is not there is a fault that says what to create', async () => {
  const { secrets } = await world({});
  await expect(secrets.get('sales')).rejects.toMatchObject({
    code: 'config.missing-secret',
    message: expect.stringContaining('tributary/dev/sales'),
  });
});

test('while the service does not answer, what was read before counts; what was never read waits', async () => {
  const { secrets, time, stop } = await world({ 'tributary/dev/sales': 'kept' });
  expect(await secrets.get('sales')).toBe('kept');
  await stop();
  closers.pop();
  time.now = 61_000;
  expect(await secrets.get('sales')).toBe('kept');
  await expect(secrets.get('other')).rejects.toMatchObject({ code: 'store.unavailable' });
});

const clock = { now: () => 0 };

test('a secret that is a setting counts before the service, which is not asked then', async () => {
  const env = {
    TRIBUTARY_SECRETS: 'secrets-manager:x/',
    TRIBUTARY_SECRET_SALES: 'here',
    AWS_REGION: 'eu-central-1',
  };
  expect(await (await openSecrets(env, clock)).get('sales')).toBe('here');
});

test('another place than Secrets Manager is a fault that names the setting', async () => {
  await expect(openSecrets({ TRIBUTARY_SECRETS: 'vault:x' }, clock)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('TRIBUTARY_SECRETS'),
  });
});

test('a setting that names a secret gets its value, if it is asked for; any other stays as it is', async () => {
  const env = {
    TRIBUTARY_LOG_KEY: 'secret:log-key',
    TRIBUTARY_STATE_CONNECTION: 'UseDevelopmentStorage=true',
    TRIBUTARY_SECRET_LOG_KEY: 'k'.repeat(64),
  };
  const secrets = await openSecrets(env, clock);
  const read = await withSecrets(env, secrets);
  expect(read).toEqual({ ...env, TRIBUTARY_LOG_KEY: 'k'.repeat(64) });
  expect(await withSecrets(env, secrets, [])).toEqual(env);
});
