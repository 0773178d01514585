import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startAzurite } from '../../local/emulators/azurite.js';
import { startSqsS3 } from '../../local/emulators/sqs-s3.js';
import { readKeptSettings, readSettings } from '../../shared/settings.js';
import { closeMemories, openKept } from '../../shared/stores/open.js';
import { type KeptOptions, openLetters, openParking } from '../../shared/stores/open-kept.js';
import { each } from '../contracts/kept-steps.js';
import { fakeClock } from '../support/fakes.js';
import { plain, sample } from './kept-samples.js';

const CONNECTION =
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:9/devstoreaccount1;QueueEndpoint=http://127.0.0.1:9/devstoreaccount1;';

const options = (parking: string, deadLetters: string, connection?: string): KeptOptions => ({
  parking,
  deadLetters,
  connection,
  clock: fakeClock(),
});

afterEach(() => {
  vi.unstubAllEnvs();
  closeMemories();
});

describe('what the settings may be', () => {
  test.each([
    ['sqs:tributary-dev-parked', 's3:letters'],
    ['sqs:https://sqs.eu-central-1.amazonaws.com/123456789012/tributary-dev-parked', 's3:letters/dev'],
    ['sqs:http://127.0.0.1:4566/000000000000/parked', 's3:letters.of.mine/a/b_c/d-1.2'],
    ['storage-queue:tributary-parked', 'blob:letters'],
    ['sqs:parked', 'blob:letters/dev'],
    ['storage-queue:parked', 's3:letters'],
  ])('%s with %s', async (parking, deadLetters) => {
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    const given = options(parking, deadLetters, CONNECTION);
    expect((await openParking(given)).place).toBe(parking);
    expect((await openLetters(given)).place).toBe(deadLetters);
  });

  test.each([
    's3',
    's3:',
    's3:A',
    's3:letters/../other',
    's3:letters//x',
    's3:letters/.hidden',
    's3:letters/end.',
    's3:letters/a b',
    'blob:UPPER',
    'blob:a--b',
    'sqs:queue',
    'file:/tmp',
    'memory:no/slash',
    '',
  ])('letters at %s are refused', async (deadLetters) => {
    await expect(openLetters(options('memory:x', deadLetters, CONNECTION))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('TRIBUTARY_DEAD_LETTERS'),
    });
  });

  test.each([
    'sqs:queue.fifo',
    'sqs:',
    'sqs:https://sqs.eu-central-1.amazonaws.com/queue',
    'storage-queue:Upper',
    'storage-queue:ab',
    's3:letters',
    'memory:',
  ])('a retry queue at %s is refused', async (parking) => {
    await expect(openParking(options(parking, 's3:letters', CONNECTION))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('TRIBUTARY_PARKING'),
    });
  });

  test('a queue needs a place beside it for what is too long', async () => {
    await expect(openParking(options('sqs:parked', 'memory:x'))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('TRIBUTARY_DEAD_LETTERS must be s3:'),
    });
  });

  test('Azure Storage needs an account, and a connection that is none is not quoted', async () => {
    await expect(openLetters(options('memory:x', 'blob:letters'))).rejects.toMatchObject({
      code: 'config.missing-setting',
    });
    const secret = options('storage-queue:parked', 'blob:letters', 'AccountKey=very-secret');
    for (const opening of [openParking(secret), openLetters(secret)]) {
      const text = await opening.catch(String);
      expect(text).toContain('TRIBUTARY_STORAGE_CONNECTION');
      expect(text).not.toContain('very-secret');
    }
  });

  test('patience is a number of attempts and of days', () => {
    const env = {
      TRIBUTARY_STATE: 'memory:x',
      TRIBUTARY_PARKING: 'memory:x',
      TRIBUTARY_DEAD_LETTERS: 'memory:x',
    };
    const read = (more: object) => readSettings({ ...env, ...more });
    expect(read({ TRIBUTARY_PARKING_ATTEMPTS: '3', TRIBUTARY_PARKING_DAYS: '0.5' })).toMatchObject({
      TRIBUTARY_PARKING_ATTEMPTS: 3,
      TRIBUTARY_PARKING_DAYS: 0.5,
    });
    for (const wrong of [{ TRIBUTARY_PARKING_ATTEMPTS: '0' }, { TRIBUTARY_PARKING_DAYS: '-1' }])
      expect(() => read(wrong)).toThrow('TRIBUTARY_PARKING');
    expect(() => readKeptSettings({})).toThrow(
      /TRIBUTARY_PARKING: is not set.*TRIBUTARY_DEAD_LETTERS: is not set/,
    );
  });
});

describe('what is opened', () => {
  test('memory of the same name is the same place, queue and letters apart', async () => {
    const given = options('memory:a', 'memory:a');
    await (await openParking(given)).park([sample()]);
    const parked = await openKept('TRIBUTARY_PARKING', 'memory:a', fakeClock());
    const letters = await openKept('TRIBUTARY_DEAD_LETTERS', 'memory:a', fakeClock());
    expect([parked.all().length, letters.all().length]).toEqual([1, 0]);
  });

  test('SQS and S3, by name and by URL, as the environment says', async () => {
    const aws = await startSqsS3();
    try {
      for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
      const url = await aws.createQueue('parked');
      await aws.createBucket('letters');
      for (const parking of ['sqs:parked', `sqs:${url}`]) {
        const given = options(parking, 's3:letters/dev');
        const kept = sample();
        await (await openParking(given)).park([kept]);
        const letters = await openLetters(given);
        await letters.bury([kept]);
        for await (const { found, drop } of each(letters)) {
          expect(found.ok && plain(found.value)).toEqual(plain(kept));
          await drop();
        }
      }
      expect(await (await openParking(options('sqs:parked', 's3:letters'))).total()).toBe(2);
    } finally {
      await aws.close();
    }
  });

  test('Storage Queue and Blob, by the connection string', async () => {
    const azurite = await startAzurite();
    try {
      const given = options('storage-queue:parked', 'blob:letters', azurite.connectionString);
      const parking = await openParking(given);
      await expect(parking.park([sample()])).rejects.toMatchObject({
        code: 'park.unavailable',
        message: expect.stringContaining('create the queue'),
      });
    } finally {
      await azurite.close();
    }
  });

  test('no SDK is loaded before it is chosen', async () => {
    const text = await readFile(new URL('../../shared/stores/open-kept.ts', import.meta.url), 'utf8');
    const imported = [...text.matchAll(/^import (?!type)[^;]*from '([^']+)';/gm)].map(([, from]) => from);
    expect(imported).toContain('./queue-parking.js');
    for (const from of imported) expect(from).not.toMatch(/@aws-sdk|@azure|sqs|s3|storage|blob/);
  });
});
