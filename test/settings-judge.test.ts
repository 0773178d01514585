import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Judged, judgeSettings } from '../shared/settings/judge.js';
import { SETTING_NAMES, settingNamed } from '../shared/settings/table.js';

type Env = Readonly<Record<string, string | undefined>>;

const PLACES = {
  TRIBUTARY_STATE: 'memory:a',
  TRIBUTARY_PARKING: 'memory:b',
  TRIBUTARY_DEAD_LETTERS: 'memory:c',
};
const judged = (env: Env, files = false): readonly string[] =>
  judgeSettings(env, { files }).map(({ name, wrong }) => `${name} ${wrong}`);
const only = (env: Env): Judged | undefined => judgeSettings({ ...PLACES, ...env }, { files: false })[0];

test('what is right, and what is none of ours, is passed over', () => {
  const identity = { TRIBUTARY_STORAGE_CONNECTION__accountName: 'acme', EventHubConnection__credential: 'x' };
  const others = {
    PATH: '/bin',
    AWS_REGION: 'x',
    TRIBUTARY_LOG_LEVEL: '',
    TRIBUTARY_FILES_SCHEDULE: undefined,
  };
  expect(judged({ ...PLACES, ...identity, ...others, TRIBUTARY_STATE_TTL_DAYS: '7' })).toEqual([]);
});

test.each([
  ['TRIBUTARY_PARKNG', 'did you mean TRIBUTARY_PARKING?'],
  ['tributary_log_level', 'did you mean TRIBUTARY_LOG_LEVEL'],
  ['TRIBUTARY_STATE_CONNECTION__acountName', 'did you mean TRIBUTARY_STATE_CONNECTION__accountName'],
  ['TRIBUTARY_STORAGE_CONECTION__clientId', 'did you mean TRIBUTARY_STORAGE_CONNECTION__clientId'],
  ['TRIBUTARY_FROM_ANOTHER_WORLD', 'nothing reads it'],
])('%s: nothing reads it, and %s is said', (name, said) => {
  expect(only({ [name]: 'x' })).toMatchObject({
    name,
    wrong: 'unknown',
    what: expect.stringContaining(said),
  });
});

test('a value that is wrong is told with one that is right', () => {
  const { what } = only({ TRIBUTARY_PARKING_ATTEMPTS: 'often' }) ?? {};
  expect(what).toContain('for example 20');
  expect(judged({ ...PLACES, TRIBUTARY_DOOR_AUTH: 'oaut', TRIBUTARY_DOOR_STREAM: 'memory:a' })).toEqual([
    'TRIBUTARY_DOOR_AUTH value',
  ]);
});

describe('what is missing', () => {
  test('places of records always; all are named, each with an example', () => {
    const found = judgeSettings({}, { files: false });
    expect(found.map(({ name }) => name)).toEqual(Object.keys(PLACES));
    for (const { what } of found) expect(what).toMatch(/is not set \(for example \S+/);
  });

  test.each<[string, Env, boolean, readonly string[]]>([
    ['half a door', { TRIBUTARY_DOOR_AUTH: 'none' }, false, ['TRIBUTARY_DOOR_STREAM missing']],
    [
      'half a trigger',
      { EVENT_HUB_NAME: 'a', EVENT_HUB_CONSUMER_GROUP: 'b' },
      false,
      ['TRIBUTARY_PARKING_QUEUE missing'],
    ],
    ['files without a queue', {}, true, ['TRIBUTARY_FILES_QUEUE missing']],
    [
      'a state that lasts without a key',
      { TRIBUTARY_STATE: 'dynamodb:a' },
      false,
      ['TRIBUTARY_LOG_KEY missing'],
    ],
    [
      'a key that is named',
      { TRIBUTARY_STATE: 'dynamodb:a', TRIBUTARY_LOG_KEY: 'secret:log-key' },
      false,
      [],
    ],
  ])('%s', (_, env, files, found) => {
    expect(judged({ ...PLACES, ...env }, files)).toEqual(found);
  });
});

const KEY = 'AccountName=acme;AccountKey=aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=;EndpointSuffix=core.windows.net';

test.each([
  ['TRIBUTARY_SECRET_CRM', 'x'],
  ['TRIBUTARY_STORAGE_CONNECTION', KEY],
  ['TRIBUTARY_LOG_KEY', 'f'.repeat(64)],
  ['TRIBUTARY_TOKEN', 'x'],
  // No secret belongs there at all.
  ['TRIBUTARY_DEAD_LETTERS', `blob:${KEY}`],
  ['TRIBUTARY_STATE', 'memory:https://acme.example.com?sv=1&sig=abc'],
])('%s in plain text is told', (name, value) => {
  expect(only({ [name]: value })).toMatchObject({ name, wrong: 'plain' });
});

test.each([
  ['TRIBUTARY_STORAGE_CONNECTION', 'secret:storage'],
  ['TRIBUTARY_LOG_KEY', '@Microsoft.KeyVault(VaultName=acme;SecretName=log-key)'],
  ['TRIBUTARY_SECRET_CRM', '@Microsoft.KeyVault(SecretUri=https://acme.vault.azure.net/secrets/crm)'],
  ['TRIBUTARY_STORAGE_CONNECTION', 'UseDevelopmentStorage=true'],
])('%s as %s is where it belongs', (name, value) => {
  expect(only({ [name]: value })).toBeUndefined();
});

test('no finding shows a value, whatever the settings are', () => {
  const names = fc.oneof(fc.constantFrom(...SETTING_NAMES), fc.constant('TRIBUTARY_SECRET_X'));
  const values = fc.string({ minLength: 8, maxLength: 20 }).map((text) => `S3CRET${text}`);
  fc.assert(
    fc.property(fc.dictionary(names, values), fc.boolean(), (env, files) => {
      expect(JSON.stringify(judgeSettings(env, { files }))).not.toContain('S3CRET');
    }),
  );
});

test('every setting is judged: a misspelling of it leads back', () => {
  for (const name of SETTING_NAMES.filter((each) => each.startsWith('TRIBUTARY_'))) {
    const misspelt = `${name.slice(0, -1)}${name.slice(-1)}${name.slice(-1)}`;
    expect(settingNamed(misspelt)).toBeUndefined();
    const found = judgeSettings({ ...PLACES, [misspelt]: 'x' }, { files: false });
    expect(found.find((one) => one.name === misspelt)?.what, misspelt).toContain(name);
  }
});
