import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../local/emulators/azurite.js';
import type { Clock } from '../../shared/core/ports.js';
import { tableStore } from '../../shared/stores/azure-table.js';
import { personKey } from '../../shared/stores/person-key.js';
import { answer, answerJson, startFaultServer } from '../connectors/fault-server.js';
import { storeContract } from '../contracts/store.js';
import { put, somebody } from '../contracts/store-steps.js';
import { fakeClock } from '../support/fakes.js';
import { azureTableClient, azureTableGround } from './azure-table-ground.js';
import { marked, weighing } from './states.js';

const insecure = { allowInsecureConnection: true };

storeContract({
  name: 'Azure Table (Azurite)',
  remote: true,
  room: 11 * 64 * 1024,
  async start() {
    const azurite = await startAzurite();
    await TableClient.fromConnectionString(azurite.connectionString, 'states', insecure).createTable();
    return azureTableGround(azurite.connectionString, 'states', () => azurite.close());
  },
});

let azurite: Azurite | undefined;
beforeAll(async () => {
  azurite = await startAzurite();
  await clientOf().createTable();
});
afterAll(() => azurite?.close());

function clientOf(interfere?: () => 'none'): TableClient {
  if (!azurite) throw new Error('the service has not been started');
  return azureTableClient(azurite.connectionString, 'states', interfere);
}

const storeOn = (client = clientOf(), clock: Clock = fakeClock()) =>
  tableStore({ client, clock, random: () => 0.5, ttlDays: 10, newToken: () => `token-${somebody()}` });

const entityOf = (id: string) => clientOf().getEntity(personKey(id), 'state');

describe('what is in the table', () => {
  test('an entity has a hashed key, the token of its write, an expiry as a date and the packed state', async () => {
    const id = somebody('ada@example.com');
    await put(storeOn(), id, 'ada');
    const { etag, timestamp, 'odata.metadata': metadata, ...entity } = await entityOf(id);
    expect(entity).toEqual({
      partitionKey: personKey(id),
      rowKey: 'state',
      writer: expect.stringMatching(/^token-/),
      expires: new Date((1_790_000_000 + 10 * 86_400) * 1000),
      state0: expect.any(Uint8Array),
    });
    expect(JSON.stringify(entity)).not.toContain('example.com');
  });

  test('a state longer than a property goes on in the next; when it shrinks the rest is gone', async () => {
    const id = somebody();
    const parts = async () =>
      Object.entries(await entityOf(id)).flatMap(([name, value]) =>
        value instanceof Uint8Array ? [[name, value.length]] : [],
      );
    const [answered] = await storeOn().write([{ id, state: weighing(150_000), expected: undefined }]);
    expect(await parts()).toEqual([
      ['state0', 65_536],
      ['state1', 65_536],
      ['state2', expect.any(Number)],
    ]);
    await put(storeOn(), id, 'small', answered?.ok ? answered.version : undefined);
    expect(await parts()).toEqual([['state0', expect.any(Number)]]);
  });

  const sound = { writer: 'w', expires: new Date(1_890_000_000_000) };
  test.each([
    ['of a newer version', { ...sound, state0: Buffer.of(9, 0, 1) }, 'is in format 9'],
    ['that is damaged', { ...sound, state0: Buffer.of(1, 1, 1) }, 'the payload is damaged'],
    ['without a state', sound, 'there is no format byte'],
    ['without an expiry', { writer: 'w', state0: Buffer.of(1, 0) }, 'not as tributary writes them'],
  ])('an entity %s is never taken for a person nobody knows', async (_, properties, text) => {
    const id = somebody();
    await clientOf().createEntity({ partitionKey: personKey(id), rowKey: 'state', ...properties });
    expect((await storeOn().read([id])).get(id)).toMatchObject({
      ok: false,
      fault: { code: 'store.format', message: expect.stringContaining(text) },
    });
  });
});

test('a read takes one round trip for each person, and so does a write', async () => {
  let requests = 0;
  const client = clientOf(() => {
    requests++;
    return 'none';
  });
  const ids = Array.from({ length: 25 }, () => somebody());
  await storeOn(client).write(ids.map((id) => ({ id, state: marked('x'), expected: undefined })));
  expect(requests).toBe(25);
  await storeOn(client).read(ids);
  expect(requests).toBe(50);
});

describe('what the service says on the wire', () => {
  const facing = async (play: ReturnType<typeof answer>) => {
    const server = await startFaultServer(() => play);
    const account = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;TableEndpoint=${server.url}/devstoreaccount1`;
    const waits: number[] = [];
    const clock = fakeClock();
    const sleep: Clock['sleep'] = (ms, signal) => {
      waits.push(ms);
      return clock.sleep(ms, signal);
    };
    const store = storeOn(
      TableClient.fromConnectionString(account, 'states', { ...insecure, retryOptions: { maxRetries: 0 } }),
      { ...clock, sleep },
    );
    // One after the other, for both sleep on one clock.
    const [read] = await Promise.allSettled([store.read([somebody()])]);
    const [write] = await Promise.allSettled([
      store.write([{ id: somebody(), state: marked('x'), expected: 'W/"1"' }]),
    ]);
    await server.close();
    return { read, write, waits, requests: server.requests.length };
  };
  const odata = (status: number, code: string, headers = {}) =>
    answer(
      status,
      { 'content-type': 'application/json', ...headers },
      JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'why' } } }),
    );
  const failedWith = (code: string, text: string) => ({
    status: 'rejected',
    reason: { code, message: expect.stringContaining(text) },
  });

  test.each([
    ['Storage, in seconds', { 'retry-after': '2' }, 2_000],
    ['Cosmos DB, in milliseconds', { 'x-ms-retry-after-ms': '1500' }, 1_500],
  ])('the wait it asks for is kept (%s)', async (_, headers, ms) => {
    const { waits, read } = await facing(odata(429, 'TooManyRequests', headers));
    expect(waits.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...waits)).toBe(ms);
    expect(read).toMatchObject(failedWith('store.unavailable', '429 TooManyRequests'));
  });

  test('a wait that is longer than there is time for ends the call at once', async () => {
    const { waits, requests } = await facing(odata(503, 'ServerBusy', { 'retry-after': '60' }));
    expect(waits).toEqual([]);
    expect(requests).toBe(2);
  });

  test.each([
    ['TableNotFound', 404, 'create the table'],
    ['AuthenticationFailed', 403, 'check TRIBUTARY_STATE_CONNECTION'],
    ['AuthorizationPermissionMismatch', 403, 'check TRIBUTARY_STATE_CONNECTION'],
  ])('%s, said in the body alone, is not tried again', async (code, status, advice) => {
    const { waits, read, write } = await facing(odata(status, code));
    expect(waits).toEqual([]);
    for (const one of [read, write]) expect(one).toMatchObject(failedWith('store.unavailable', advice));
  });

  test('that there is no such person, said in the body alone, is an answer', async () => {
    const { read, write } = await facing(odata(404, 'ResourceNotFound'));
    expect(read).toEqual({ status: 'fulfilled', value: new Map() });
    expect(write).toEqual({ status: 'fulfilled', value: [{ ok: false, reason: 'conflict' }] });
  });

  test('a 404 of nobody known is no answer', async () => {
    const { read } = await facing(answerJson(404, { error: 'route' }));
    expect(read).toMatchObject(failedWith('store.unavailable', '404'));
  });

  test.each([
    ['EntityTooLarge', 400],
    ['RequestBodyTooLarge', 413],
  ])('%s is refused for good, should our own measure ever be wrong', async (code, status) => {
    const { write } = await facing(odata(status, code));
    expect(write).toMatchObject({ value: [{ reason: 'refused', fault: { code: 'store.too-large' } }] });
  });

  test('an entity accepted without an etag is no success', async () => {
    const { write } = await facing(answer(204, {}, ''));
    expect(write).toMatchObject(failedWith('store.unavailable', 'without telling its etag'));
  });
});
