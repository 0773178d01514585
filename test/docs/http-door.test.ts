import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLambdaSettings } from '../../local/lambda-settings.js';
import { DoorSettings, readDoorSettings } from '../../shared/door/settings.js';
import { authWorld, basic } from '../door/auth-world.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/http-door.md'), 'utf8');

const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );

/** Runs the command of the page that makes keys, as it is pasted into a shell. */
const keys = (): string =>
  execFileSync('sh', ['-c', blocks('sh')[0] ?? ''], { cwd: root, encoding: 'utf8' }).trim();

const envs = blocks('ini').map((block) => {
  const entries = block
    .trim()
    .split('\n')
    .map((line) => line.split(/=(.*)/s).slice(0, 2));
  const env: Record<string, string> = Object.fromEntries(entries);
  return env['TRIBUTARY_SECRET_DOOR_KEYS'] ? { ...env, TRIBUTARY_SECRET_DOOR_KEYS: keys() } : env;
});

test.each(envs.map((env) => [env['TRIBUTARY_DOOR_AUTH'] ?? '', env] as const))(
  'the settings for %s open a door',
  async (ways, env) => {
    const world = await authWorld(env, { checksCertificates: true });
    const expected = ways === 'none' ? 200 : ways.includes('mtls') ? 403 : 401;
    expect((await world.knock()).status).toBe(expected);
  },
);

test('the credentials of the examples let in', async () => {
  const of = (ways: string) => envs.find((env) => env['TRIBUTARY_DOOR_AUTH'] === ways) ?? {};
  const bearer = await authWorld(of('bearer'));
  expect((await bearer.knock('Bearer 4f1f0c9f8e2b4b7d9a51c6e0d2b8a7f3')).status).toBe(200);
  const users = await authWorld(of('basic'));
  expect((await users.knock(basic('adobe', 'correct horse battery staple'))).status).toBe(200);
  const oauth = await authWorld(of('oauth'));
  for (const client_secret of ['the secret of today', 'the secret of tomorrow']) {
    const form = { grant_type: 'client_credentials', client_id: 'adobe', client_secret };
    const { json } = await oauth.token(form);
    expect((await oauth.knock(`Bearer ${String(json['access_token'])}`)).status).toBe(200);
  }
});

test('every setting of the door is on the page, and no other', () => {
  const named = [...page.matchAll(/`(TRIBUTARY_DOOR_[A-Z_]+|…_[A-Z]+)`/g)].map(([, name = '']) =>
    name.replace('…', 'TRIBUTARY_DOOR'),
  );
  const known = Object.keys(DoorSettings.shape).filter((name) => name.startsWith('TRIBUTARY_DOOR_'));
  expect([...new Set(named)].sort()).toEqual(known.sort());
});

describe('serverless.yml', () => {
  const text = readFileSync(join(root, 'serverless.yml'), 'utf8');
  /** The environment of a function, as osls fills it in from that of the deployment. */
  function environmentOf(name: string, env: Readonly<Record<string, string>>): Record<string, string> {
    const settings = readLambdaSettings(text, name, { env });
    if (!settings.ok) throw settings.fault;
    return { ...settings.value.environment };
  }

  test('hands every setting of the door to the door and to no other function, and secrets to none', () => {
    const names = Object.keys(environmentOf('door', {}));
    const settings = Object.keys(DoorSettings.shape).filter((name) => name.startsWith('TRIBUTARY_DOOR_'));
    expect(names).toEqual(expect.arrayContaining(settings));
    for (const other of ['consumer', 'replay'])
      expect(Object.keys(environmentOf(other, {})).filter((name) => name.includes('DOOR'))).toEqual([]);
    for (const one of ['door', 'consumer', 'replay'])
      expect(
        Object.keys(environmentOf(one, {})).filter((name) => name.startsWith('TRIBUTARY_SECRET_')),
      ).toEqual([]);
  });

  test.each(envs.map((env) => [env['TRIBUTARY_DOOR_AUTH'] ?? '', env] as const))(
    'opens the same door for %s as the settings of the page',
    async (ways, env) => {
      const secrets = Object.entries(env).filter(([name]) => name.startsWith('TRIBUTARY_SECRET_'));
      // Those come from Secrets Manager there.
      const deployed = { ...environmentOf('door', env), ...Object.fromEntries(secrets) };
      const stream = { TRIBUTARY_DOOR_STREAM: 'kinesis:tributary-dev-events' };
      // App settings of Azure are the environment as it is.
      const azure = readDoorSettings({ ...deployed, ...env, ...stream });
      expect(readDoorSettings({ ...deployed, TRIBUTARY_CONFIG: azure.TRIBUTARY_CONFIG })).toEqual(azure);
      const world = await authWorld(deployed, { checksCertificates: true });
      expect((await world.knock()).status).toBe(ways === 'none' ? 200 : ways.includes('mtls') ? 403 : 401);
    },
  );
});
