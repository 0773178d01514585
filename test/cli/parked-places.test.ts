import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { TableClient } from '@azure/data-tables';
import { ContainerClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DemoCrm, startDemoCrm } from '../../local/demo-crm/server.js';
import { startAzurite } from '../../local/emulators/azurite.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import { startSqsS3 } from '../../local/emulators/sqs-s3.js';
import { Fault } from '../../shared/core/fault.js';
import { encodeKept } from '../../shared/stores/kept-codec.js';
import { toText } from '../../shared/stores/kept-text.js';
import { closeMemories } from '../../shared/stores/open.js';
import { openLetters } from '../../shared/stores/open-kept.js';
import { contact, profile } from '../conformance/people.js';
import { rulesFile } from '../conformance/rules.js';
import { sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { settingsFor, tributaryParked } from './parked-world.js';

/** A cloud's places, with a way to put messages into the queue that can be had at once. */
interface Ground {
  readonly settings: Readonly<Record<string, string>>;
  put(queue: 'parked' | 'given-up', text: string): Promise<void>;
  /** How the queue that is given up on is named on the command line. */
  readonly givenUp: string;
  close(): Promise<void>;
}

async function onAws(): Promise<Ground> {
  const [aws, dynamo] = await Promise.all([startSqsS3(), startDynamoDb()]);
  for (const { environment } of [aws, dynamo])
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  await dynamo.createStateTable('state');
  const urls = { parked: await aws.createQueue('parked'), 'given-up': await aws.createQueue('given-up') };
  await aws.createBucket('letters');
  const client = aws.sqs();
  return {
    settings: {
      TRIBUTARY_PARKING: 'sqs:parked',
      TRIBUTARY_DEAD_LETTERS: 's3:letters/dev',
      TRIBUTARY_STATE: 'dynamodb:state',
    },
    givenUp: 'sqs:given-up',
    put: async (queue, text) => {
      await client.send(new SendMessageCommand({ QueueUrl: urls[queue], MessageBody: text }));
    },
    async close() {
      await Promise.all([aws.close(), dynamo.close()]);
    },
  };
}

async function onAzure(): Promise<Ground> {
  const { connectionString, close } = await startAzurite();
  const queue = (name: string) => new QueueClient(connectionString, name);
  await Promise.all([
    queue('parked').create(),
    queue('given-up').create(),
    new ContainerClient(connectionString, 'letters').create(),
    TableClient.fromConnectionString(connectionString, 'state', {
      allowInsecureConnection: true,
    }).createTable(),
  ]);
  return {
    settings: {
      TRIBUTARY_PARKING: 'storage-queue:parked',
      TRIBUTARY_DEAD_LETTERS: 'blob:letters/dev',
      TRIBUTARY_STORAGE_CONNECTION: 'secret:storage',
      TRIBUTARY_STATE: 'azure-table:state',
      TRIBUTARY_STATE_CONNECTION: 'secret:storage',
      TRIBUTARY_SECRET_STORAGE: connectionString,
    },
    givenUp: 'storage-queue:given-up',
    put: async (name, text) => {
      await queue(name).sendMessage(Buffer.from(text).toString('base64'));
    },
    close,
  };
}

/** Beside a state that outlives the process. */
const NAMED = { TRIBUTARY_LOG_KEY: 'a key of the names of persons' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-parked-'));
  await writeFile(join(folder, 'tributary.yaml'), rulesFile(30_000));
});
afterAll(() => rm(folder, { recursive: true }));

const text = (id: string): string =>
  toText(encodeKept(sample({}, { id: `of ${id}`, body: Buffer.from(JSON.stringify(profile({ id }))) }), 0));

describe.each([
  ['AWS', onAws],
  ['Azure', onAzure],
])('on %s', (_, start) => {
  let ground: Ground | undefined;
  let crm: DemoCrm | undefined;
  afterEach(async () => {
    await ground?.close();
    await crm?.close();
    closeMemories();
    vi.unstubAllEnvs();
  });
  const begin = async (): Promise<Ground> => {
    ground = await start();
    return ground;
  };

  test('looking takes nothing away; what is replayed or dropped is gone; what is hidden is counted', async () => {
    const { settings, put } = await begin();
    crm = await startDemoCrm();
    const env = { ...settingsFor(crm, join(folder, 'tributary.yaml')), ...settings, ...NAMED };
    const count = async (...args: string[]) => {
      const { status, out } = await tributaryParked(['list', '--json', ...args], env);
      expect(status).toBe(0);
      const { kept, inAll } = JSON.parse(out);
      return [kept.length, inAll[settings['TRIBUTARY_PARKING'] ?? '']];
    };
    for (const id of ['C-1', 'C-2', 'C-3']) await put('parked', text(id));
    await put('parked', 'somebody elses');
    for (let i = 0; i < 2; i++) expect(await count()).toEqual([4, 4]);
    expect(await count('--code', 'park.format')).toEqual([1, 4]);
    expect((await tributaryParked(['drop', '--code', 'park.format'], env)).status).toBe(0);
    expect((await tributaryParked(['drop', '--record', 'of C-2'], env)).status).toBe(0);
    expect(await count()).toEqual([2, 2]);

    const replayed = await tributaryParked(['replay', '--json', '--rate', '1000'], env);
    expect(JSON.parse(replayed.out)).toMatchObject({ replayed: 2, dropped: 2, endings: { delivered: 2 } });
    expect(crm.rows('Contact').get('C-1')).toMatchObject(contact('C-1', 1));
    expect(crm.rows('Contact').get('C-2')).toBeUndefined();
    expect(await count()).toEqual([0, 0]);

    const options = { parking: 'memory:x', deadLetters: settings['TRIBUTARY_DEAD_LETTERS'] ?? '' };
    const connection = settings['TRIBUTARY_SECRET_STORAGE'];
    const letters = await openLetters({ ...options, connection, clock: fakeClock() });
    await letters.bury([sample({ fault: new Fault('remote.rejected', 'no') })]);
    expect((await tributaryParked(['replay', '--requeue'], env)).status).toBe(0);
    expect(await count()).toEqual([0, 1]);
  });

  test('a connection that is down leaves the queue as it was', async () => {
    const { settings, put } = await begin();
    crm = await startDemoCrm();
    crm.misbehave({ kind: 'down' });
    const env = { ...settingsFor(crm, join(folder, 'tributary.yaml')), ...settings, ...NAMED };
    for (const id of ['C-1', 'C-2', 'C-3']) await put('parked', text(id));
    const { status, out } = await tributaryParked(['replay', '--rate', '1000', '--json'], env);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ left: 3, dropped: 0 });
    const listed = await tributaryParked(['list', '--from', 'queue', '--json'], env);
    expect(JSON.parse(listed.out).kept).toHaveLength(3);
  });

  test('the queue behind the retry queue is looked through in the same way', async () => {
    const { settings, put, givenUp } = await begin();
    await put('given-up', text('C-1'));
    const { status, out } = await tributaryParked(['show', '--from', givenUp], settings);
    expect(status).toBe(0);
    expect(out).toContain('of C-1');
    expect(out).toContain(givenUp);
  });

  test('a place that is not there is status 2 and says what to do', async () => {
    const { settings } = await begin();
    for (const from of ['s3:nowhere', 'sqs:nowhere', 'blob:nowhere', 'storage-queue:nowhere']) {
      const known = settings['TRIBUTARY_STORAGE_CONNECTION'] !== undefined;
      if (known !== /blob|storage/.test(from)) continue;
      const { status, err } = await tributaryParked(['list', '--from', from], settings);
      expect(status).toBe(2);
      expect(err).toMatch(/park\.unavailable: .*create the (queue|bucket|container)/);
    }
  });
});

test('the shipped command knows it', async () => {
  const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [main, 'parked', '--help']);
  expect(stdout).toContain('tributary parked list|show|replay|drop');
  const wrong = run(process.execPath, [main, 'parked', 'sweep'], { env: {} });
  await expect(wrong).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('"sweep"') });
});
