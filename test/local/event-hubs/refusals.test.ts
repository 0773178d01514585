import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  configOf,
  consumer,
  emulate,
  failure,
  HUB,
  numbered,
  ONCE,
  producer,
  until,
  watch,
} from './sdk-clients.js';

test('a wrong key is unauthorized, for producers and consumers', async () => {
  const emulator = await emulate();
  const wrong = emulator.connectionString().replace('SAS_KEY_VALUE', 'another');
  expect(await failure(producer(wrong, HUB, ONCE).sendBatch(numbered(1)))).toBe('UnauthorizedError');
  expect(await failure(producer(wrong, HUB, ONCE).getEventHubProperties())).toBe('UnauthorizedError');
  const seen = watch(consumer(wrong, 'crm', undefined, { retryOptions: ONCE }), { partition: '0' });
  await until(() => expect(seen.errors[0]).toMatchObject({ code: 'UnauthorizedError' }));
  expect(seen.errors[0]?.message).toContain('InvalidSignature');
  expect(emulator.events(HUB)).toEqual([]);
});

/** A signature made beforehand, as people hand them out: `expiry` in epoch seconds. */
function signed(connectionString: string, path: string, expiry: number): string {
  const endpoint = /sb:\/\/[^;]+/.exec(connectionString)?.[0] ?? '';
  const sr = encodeURIComponent(`${endpoint}/${path}`);
  const sig = encodeURIComponent(
    createHmac('sha256', 'SAS_KEY_VALUE').update(`${sr}\n${expiry}`).digest('base64'),
  );
  const token = `SharedAccessSignature sr=${sr}&sig=${sig}&se=${expiry}&skn=RootManageSharedAccessKey`;
  return `Endpoint=${endpoint};SharedAccessSignature=${token};UseDevelopmentEmulator=true`;
}

test('a signature works for its hub until it expires', async () => {
  const emulator = await emulate({
    config: {
      ...configOf(),
      hubs: [...configOf().hubs, { name: 'other', partitions: 1, groups: ['$Default'] }],
    },
  });
  const soon = Math.floor(Date.now() / 1_000) + 600;
  await producer(signed(emulator.connectionString(), HUB, soon)).sendBatch(numbered(1));
  expect(emulator.events(HUB)).toHaveLength(1);
  const expired = producer(signed(emulator.connectionString(), HUB, soon - 6_000), HUB, ONCE);
  expect(await failure(expired.sendBatch(numbered(1)))).toBe('UnauthorizedError');
  const elsewhere = producer(signed(emulator.connectionString(), HUB, soon), 'other', ONCE);
  expect(await failure(elsewhere.sendBatch(numbered(1)))).toBe('UnauthorizedError');
  expect(emulator.events('other')).toEqual([]);
});

test('a hub, a group or a partition that is not there', async () => {
  const emulator = await emulate();
  const lost = producer(emulator.connectionString(), 'nowhere');
  expect(await failure(lost.sendBatch(numbered(1)))).toBe('MessagingEntityNotFoundError');
  expect(await failure(lost.getEventHubProperties())).toBe('MessagingEntityNotFoundError');
  const noGroup = watch(consumer(emulator.connectionString(), 'nobody'), { partition: '0' });
  const noPartition = watch(consumer(emulator.connectionString()), { partition: '9' });
  await until(() => expect([...noGroup.closed, ...noPartition.closed]).toHaveLength(2));
  expect(noGroup.errors).toMatchObject([{ code: 'MessagingEntityNotFoundError' }]);
  expect(noPartition.errors).toMatchObject([{ code: 'ArgumentOutOfRangeError' }]);
});

test('names are case-insensitive', async () => {
  const emulator = await emulate();
  await producer(emulator.connectionString(), 'ORDERS').sendBatch(numbered(2));
  const seen = watch(consumer(emulator.connectionString(), 'CRM'));
  await until(() => expect(seen.events).toHaveLength(2));
});

test('asking for the events of an unknown hub is a fault that names it', async () => {
  const emulator = await emulate();
  expect(() => emulator.events('nowhere')).toThrow(expect.objectContaining({ code: 'config.unknown-name' }));
});
