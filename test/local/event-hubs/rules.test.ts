import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  partitionIndex,
  pathOf,
  readSource,
  sendTarget,
} from '../../../local/emulators/event-hubs/address.js';
import { Claims, checkSasToken, KEY } from '../../../local/emulators/event-hubs/cbs.js';
import { PartitionLog } from '../../../local/emulators/event-hubs/log.js';
import { startOf } from '../../../local/emulators/event-hubs/position.js';
import { admit } from '../../../local/emulators/event-hubs/readers.js';
import { configOf } from './sdk-clients.js';

const { hubs } = configOf(12);
const NONE = Buffer.alloc(0);

test('addresses ignore case and host, and lead to a partition or nowhere', () => {
  expect(pathOf('amqps://host:5671/Orders/$management')).toBe('orders/$management');
  expect(sendTarget('ORDERS', hubs)).toMatchObject({ ok: true, value: { partition: undefined } });
  expect(sendTarget('orders/partitions/11', hubs)).toMatchObject({ ok: true, value: { partition: 11 } });
  expect(readSource('orders/consumergroups/$default/Partitions/3', hubs)).toMatchObject({
    ok: true,
    value: { group: '$Default', partition: 3 },
  });
  for (const lost of ['', 'nowhere', 'orders/partitions', 'orders/Partitions/1/x']) {
    expect(sendTarget(lost, hubs)).toMatchObject({ ok: false, error: { condition: 'amqp:not-found' } });
  }
  expect(readSource('orders/ConsumerGroups/nobody/Partitions/0', hubs)).toMatchObject({
    error: { condition: 'amqp:not-found' },
  });
  const [hub] = hubs;
  for (const id of ['12', '-1', '01', 'x', '']) {
    expect(hub && partitionIndex(id, hub).ok).toBe(false);
  }
});

function token(path: string, expiry: number, key: string = KEY.value, name: string = KEY.name): string {
  const sr = encodeURIComponent(`sb://127.0.0.1:1/${path}`);
  const sig = encodeURIComponent(createHmac('sha256', key).update(`${sr}\n${expiry}`).digest('base64'));
  return `SharedAccessSignature sr=${sr}&sig=${sig}&se=${expiry}&skn=${name}`;
}

test.each([
  ['for the hub', token('orders', 2_000), 'sb://127.0.0.1:1/orders', undefined],
  ['for the namespace, used below it', token('', 2_000), 'sb://127.0.0.1:1/orders/Partitions/1', undefined],
  ['signed with another key', token('orders', 2_000, 'other'), 'sb://127.0.0.1:1/orders', 'InvalidSignature'],
  [
    'under another key name',
    token('orders', 2_000, KEY.value, 'me'),
    'sb://127.0.0.1:1/orders',
    'InvalidSignature',
  ],
  ['that has expired', token('orders', 1_000), 'sb://127.0.0.1:1/orders', 'ExpiredToken'],
  ['for another hub', token('orders', 2_000), 'sb://127.0.0.1:1/orders-2', 'InvalidAudience'],
  ['that is none', 'Bearer x', 'sb://127.0.0.1:1/orders', 'MalformedToken'],
  ['with a broken escape', 'SharedAccessSignature sr=%&sig=%&se=1&skn=x', 'sb://h/orders', 'MalformedToken'],
])('a token %s', (_, given, audience, why) => {
  const check = checkSasToken(given, audience, 1_000_000);
  if (why === undefined) expect(check).toEqual({ ok: true, until: 2_000_000 });
  else expect(!check.ok && check.why).toContain(why);
});

test('a claim covers its path and what lies below, until it expires', () => {
  const claims = new Claims();
  claims.grant('orders', 100);
  expect(claims.cover('Orders/Partitions/0', 99)).toBe(true);
  expect(claims.cover('orders-2', 99)).toBe(false);
  expect(claims.cover('orders', 100)).toBe(false);
});

test.each([
  [undefined, 7],
  ["amqp.annotation.x-opt-offset > '-1'", 2],
  ["amqp.annotation.x-opt-offset > '@latest'", 7],
  ["amqp.annotation.x-opt-sequence-number > '4'", 5],
  ["amqp.annotation.x-opt-sequence-number >= '4'", 4],
  ["amqp.annotation.x-opt-sequence-number >= '7'", 7],
  ["amqp.annotation.x-opt-sequence-number > '0'", 2],
  ["amqp.annotation.x-opt-enqueued-time > '1003'", 4],
  ["amqp.annotation.x-opt-enqueued-time > '9999'", 7],
  ["amqp.annotation.x-opt-sequence-number > '8'", 'com.microsoft:argument-error'],
  ["amqp.annotation.x-opt-offset > '99999'", 'com.microsoft:argument-error'],
  ["amqp.annotation.x-opt-sequence-number > '@latest'", 'amqp:invalid-field'],
  ["amqp.annotation.x-opt-publisher > '1'", 'amqp:invalid-field'],
  ["amqp.annotation.x-opt-offset < '1'", 'amqp:invalid-field'],
  ['', 'amqp:invalid-field'],
])('the filter %j starts at %j', (filter, expected) => {
  const log = new PartitionLog();
  const event = { header: NONE, annotations: [], rest: NONE, partitionKey: undefined };
  for (let i = 0; i < 7; i++) log.append([event], 1_000 + i, 5);
  const start = startOf(filter, log);
  expect(start.ok ? start.value : start.error.condition).toBe(expected);
});

test('readers are admitted by epoch', () => {
  const shared = (name: string) => ({ name, epoch: undefined });
  const five = ['a', 'b', 'c', 'd', 'e'].map(shared);
  expect(admit(shared('x'), five.slice(1))).toEqual({ ok: true, evicted: [] });
  expect(admit(shared('x'), five)).toMatchObject({
    ok: false,
    error: { condition: 'amqp:resource-limit-exceeded' },
  });
  expect(admit({ name: 'x', epoch: 0 }, five)).toMatchObject({
    ok: true,
    evicted: five.map((reader) => ({ reader })),
  });
  const owner = { name: 'o', epoch: 3 };
  expect(admit({ name: 'x', epoch: 3 }, [owner])).toMatchObject({ ok: true, evicted: [{ reader: owner }] });
  expect(admit({ name: 'x', epoch: 2 }, [owner])).toMatchObject({ error: { condition: 'amqp:link:stolen' } });
  expect(admit(shared('x'), [owner])).toMatchObject({ error: { condition: 'amqp:link:stolen' } });
});
