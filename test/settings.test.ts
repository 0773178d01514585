import { expect, test } from 'vitest';
import { Fault } from '../shared/core/fault.js';
import {
  checkSettings,
  keptOptions,
  patienceOf,
  readKeptSettings,
  readSettings,
  tuningOf,
} from '../shared/settings.js';

const NEEDED = {
  TRIBUTARY_STATE: 'memory:a',
  TRIBUTARY_PARKING: 'memory:b',
  TRIBUTARY_DEAD_LETTERS: 'memory:c',
};

/** What is said of the places of kept messages when there are none. */
const NO_PLACES =
  'TRIBUTARY_PARKING: is not set (for example sqs:tributary-parked or storage-queue:tributary-parked); ' +
  'TRIBUTARY_DEAD_LETTERS: is not set (for example s3:acme-tributary-letters or blob:tributary-letters)';

type Env = Readonly<Record<string, string | undefined>>;

/** The fault of settings that must be refused. */
function faultOf(env: Env, read: (env: Env) => unknown = readSettings): Fault {
  try {
    read(env);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('the settings were taken');
}

test('what must be set is enough; the rest has defaults, and other variables are none of ours', () => {
  expect(readSettings({ ...NEEDED, PATH: '/bin', TRIBUTARY_UNKNOWN: 'x' })).toEqual({
    ...NEEDED,
    TRIBUTARY_CONFIG: 'tributary.yaml',
    TRIBUTARY_LOG_LEVEL: 'info',
    TRIBUTARY_TRACES: 'off',
    TRIBUTARY_TRACES_SHARE: 1,
  });
});

test('what is set is taken, numbers as numbers', () => {
  const set = {
    ...NEEDED,
    TRIBUTARY_CONFIG: 'f.yaml',
    TRIBUTARY_STATE_CONNECTION: 'c',
    TRIBUTARY_STORAGE_CONNECTION: 'd',
    TRIBUTARY_LOG_LEVEL: 'error',
    TRIBUTARY_LOG_KEY: 'k'.repeat(16),
    TRIBUTARY_METRICS: 'lines',
    TRIBUTARY_TRACES: 'otlp:https://collector.example.com',
    TRIBUTARY_TRACES_HEADERS: 'a=b',
    TRIBUTARY_OBSERVER: 'o',
  };
  const numbers = {
    TRIBUTARY_STATE_TTL_DAYS: 30,
    TRIBUTARY_LOG_SAMPLE: 0.1,
    TRIBUTARY_TRACES_SHARE: 0.05,
    TRIBUTARY_PARKING_ATTEMPTS: 3,
    TRIBUTARY_PARKING_DAYS: 0.5,
  };
  const texts = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));
  expect(readSettings({ ...set, ...texts })).toEqual({ ...set, ...numbers });
});

test('an empty setting is one that is not set', () => {
  const empty = {
    TRIBUTARY_CONFIG: '',
    TRIBUTARY_OBSERVER: '',
    TRIBUTARY_LOG_LEVEL: '',
    TRIBUTARY_STATE_TTL_DAYS: '',
  };
  expect(readSettings({ ...NEEDED, ...empty })).toEqual(readSettings(NEEDED));
  expect(faultOf({ ...NEEDED, TRIBUTARY_STATE: '' }).message).toBe(
    'settings (environment variables): TRIBUTARY_STATE: is not set ' +
      '(for example dynamodb:tributary-state or azure-table:tributarystate)',
  );
});

test('everything that is missing or wrong is named at once', () => {
  const fault = faultOf({ TRIBUTARY_STATE: 'memory:a', TRIBUTARY_LOG_LEVEL: 'loud' });
  expect(fault.code).toBe('config.missing-setting');
  expect(fault.message).toBe(
    `settings (environment variables): ${NO_PLACES}; ` +
      'TRIBUTARY_LOG_LEVEL: Invalid option: expected one of "info"|"warn"|"error"|"silent" (for example warn)',
  );
});

test('settings of what is told are named with the others, each with a value that could stand there', () => {
  const { message } = faultOf({
    ...NEEDED,
    TRIBUTARY_LOG_SAMPLE: '5',
    TRIBUTARY_METRICS: 'cloudwatch',
    TRIBUTARY_TRACES: 'otlp:collector',
  });
  expect(message).toMatch(/TRIBUTARY_LOG_SAMPLE: .*\(for example 0\.05\)/);
  expect(message).toContain(
    'TRIBUTARY_METRICS: must be cloudwatch:NAMESPACE, lines, memory:NAME or off (for example cloudwatch:tributary or lines)',
  );
  expect(message).toMatch(
    /TRIBUTARY_TRACES: must be .*\(for example .*otlp:https:\/\/collector\.example\.com\)/,
  );
});

test.each([
  ['TRIBUTARY_STATE_TTL_DAYS', 'soon'],
  ['TRIBUTARY_STATE_TTL_DAYS', '0'],
  ['TRIBUTARY_STATE_TTL_DAYS', '1.5'],
  ['TRIBUTARY_STATE_TTL_DAYS', '3651'],
  ['TRIBUTARY_STATE_TTL_DAYS', 'Infinity'],
  ['TRIBUTARY_PARKING_ATTEMPTS', '0'],
  ['TRIBUTARY_PARKING_ATTEMPTS', '1001'],
  ['TRIBUTARY_PARKING_ATTEMPTS', '-1'],
  ['TRIBUTARY_PARKING_DAYS', '0'],
  ['TRIBUTARY_PARKING_DAYS', '366'],
  ['TRIBUTARY_PARKING_DAYS', 'a week'],
])('%s cannot be %j: the message says what is wrong, not that it is not set', (name, value) => {
  const { message } = faultOf({ ...NEEDED, [name]: value });
  expect(message).toContain(`${name}: `);
  expect(message).not.toContain('is not set');
});

const DURABLE = { ...NEEDED, TRIBUTARY_STATE: 'dynamodb:persons' };

test('where persons are remembered beyond the process, their names in logs need a key; the fault says how to make one', () => {
  for (const none of [{}, { TRIBUTARY_LOG_KEY: '' }]) {
    const { code, message } = faultOf({ ...DURABLE, ...none });
    expect(code).toBe('config.missing-setting');
    expect(message).toContain('TRIBUTARY_LOG_KEY: is not set');
    expect(message).toContain('openssl rand -hex 32');
  }
  expect(readSettings({ ...DURABLE, TRIBUTARY_LOG_KEY: 'f'.repeat(64) })).toMatchObject(DURABLE);
  expect(faultOf({ TRIBUTARY_STATE: 'azure-table:persons' }).message).toMatch(/PARKING.*LETTERS.*LOG_KEY/);
});

test('a key that can be guessed is refused', () => {
  for (const settings of [NEEDED, DURABLE]) {
    const { message } = faultOf({ ...settings, TRIBUTARY_LOG_KEY: 'tributary' });
    expect(message).toContain('TRIBUTARY_LOG_KEY: is shorter than 16 characters');
    expect(message).toContain('openssl rand -hex 32');
  }
});

test('a connection that is told in parts is no reason to keep silent about the rest', () => {
  const { code, message } = faultOf({ TRIBUTARY_STATE_CONNECTION__accountName: 'NO ACCOUNT' });
  expect(code).toBe('config.missing-setting');
  expect(message).toContain('TRIBUTARY_STATE_CONNECTION__accountName is no name of a storage account');
  expect(message).toContain(NO_PLACES);
});

test('what is missing is told before a secret is fetched, and one that is named is none that is missing', () => {
  const env = { TRIBUTARY_STATE: 'dynamodb:persons', TRIBUTARY_LOG_KEY: 'secret:key' };
  expect(faultOf(env, checkSettings).message).toBe(`settings (environment variables): ${NO_PLACES}`);
  expect(() => checkSettings({ ...env, ...NEEDED })).not.toThrow();
  // The name itself is no key.
  expect(faultOf({ ...env, ...NEEDED }).message).toContain('TRIBUTARY_LOG_KEY: is shorter than 16');
});

test('no message tells a value: some are secrets', () => {
  const env = Object.fromEntries(Object.keys(readSettings(NEEDED)).map((name) => [name, 'S3CRET']));
  const fault = faultOf({ ...env, TRIBUTARY_STATE_TTL_DAYS: 'S3CRET', TRIBUTARY_PARKING: undefined });
  expect(fault.message).not.toContain('S3CRET');
  expect(JSON.stringify(fault.cause)).not.toContain('S3CRET');
});

test('the settings of kept messages are read alone', () => {
  const { TRIBUTARY_STATE: _, ...kept } = NEEDED;
  expect(keptOptions(readKeptSettings({ ...kept, TRIBUTARY_STORAGE_CONNECTION: 'c' }))).toEqual({
    parking: 'memory:b',
    deadLetters: 'memory:c',
    connection: 'c',
  });
  expect(faultOf({}, readKeptSettings).message).toBe(`settings (environment variables): ${NO_PLACES}`);
});

test('patience is what is set, in milliseconds, or what it is by itself', () => {
  expect(patienceOf(readSettings(NEEDED))).toEqual({ attempts: 20, ms: 7 * 86_400_000 });
  const set = { TRIBUTARY_PARKING_ATTEMPTS: '3', TRIBUTARY_PARKING_DAYS: '0.5' };
  expect(patienceOf(readSettings({ ...NEEDED, ...set }))).toEqual({ attempts: 3, ms: 43_200_000 });
});

test.each([
  [undefined, 30],
  [400, 30],
  [40, 10],
  [1, 1],
])(
  'with a time to live of %s days other ids are looked at again after %s',
  (TRIBUTARY_STATE_TTL_DAYS, days) => {
    expect(tuningOf(TRIBUTARY_STATE_TTL_DAYS === undefined ? {} : { TRIBUTARY_STATE_TTL_DAYS })).toEqual({
      recheckDays: days,
    });
  },
);
