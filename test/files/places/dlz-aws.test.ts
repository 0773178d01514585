import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LandingZoneEmulator } from '../../../local/emulators/landing-zone.js';
import { type SqsS3Emulator, startSqsS3 } from '../../../local/emulators/sqs-s3.js';
import { all, entryAt, noise, read } from '../../contracts/file-place-steps.js';
import { openDlz, startAdobe } from './dlz-ground.js';

const HOUR = 3_600;
let aws: SqsS3Emulator;
let adobe: LandingZoneEmulator;
let life = 12 * HOUR;

/** As Adobe documents its answer on AWS. */
const answer = async () => ({
  credentials: { awsAccessKeyId: 'local', awsSecretAccessKey: 'local', awsSessionToken: 'session' },
  dlzPath: { bucketName: 'adobe-bucket', dlzFolder: 'dlz-destination' },
  dlzProvider: 'Amazon S3',
  expiryTime: Math.floor(Date.now() / 1000) + life,
});

beforeEach(async () => {
  aws = await startSqsS3();
  vi.stubEnv('AWS_ENDPOINT_URL_S3', aws.endpoint);
  await aws.createBucket('adobe-bucket');
  adobe = await startAdobe({ current: answer, refresh: answer });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([adobe.close(), aws.close()]);
});

const put = (Key: string) =>
  aws.s3().send(new PutObjectCommand({ Bucket: 'adobe-bucket', Key, Body: noise(10, Key) }));

test('a landing zone on AWS is read by the names it has on Azure', async () => {
  await put('dlz-destination/aep/a.csv');
  await put('another-folder/aep/b.csv');
  const place = await openDlz(adobe, 'dlz://dlz-destination/aep/');
  const [entry, ...more] = await all(place.list());
  expect([entry?.name, ...more]).toEqual(['aep/a.csv']);
  const found = await entryAt(place, 'aep/a.csv');
  expect(found).toEqual(entry);
  expect(await read(place, found)).toEqual(noise(10, 'dlz-destination/aep/a.csv'));
  await place.put('aep/a.csv.tributary.json', noise(5));
  expect((await all(place.list())).length).toBe(2);
  await place.close();
});

test('keys that end soon are asked for again, and never refreshed', async () => {
  life = 60;
  await put('dlz-destination/a.csv');
  const place = await openDlz(adobe, 'dlz://dlz-destination');
  expect((await all(place.list())).length).toBe(1);
  life = 12 * HOUR;
  expect((await all(place.list())).length).toBe(1);
  const asked = adobe.calls.length;
  expect((await all(place.list())).length).toBe(1);
  expect(adobe.calls.length).toBe(asked);
  expect(adobe.calls).not.toContain('POST');
  await place.close();
});
