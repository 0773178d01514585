import rhea, { type EventContext } from 'rhea';
import { expect, test } from 'vitest';
import { ask, authorised, connect, reader, refusal, sequence } from './amqp-client.js';
import { emulate, HUB, numbered, producer, until } from './sdk-clients.js';

test('credit is kept to the letter, used up on drain, and given back', async () => {
  const emulator = await emulate();
  await producer(emulator.connectionString()).sendBatch(numbered(20), { partitionId: '0' });
  const { link, messages } = reader(await authorised(emulator.port), "amqp.annotation.x-opt-offset > '-1'");
  link.add_credit(7);
  await until(() => expect(messages).toHaveLength(7));
  link.add_credit(1);
  await until(() => expect(messages).toHaveLength(8));
  link.add_credit(50);
  await until(() => expect(messages).toHaveLength(20));
  const drained = new Promise((resolve) => link.once('receiver_drained', resolve));
  link.drain_credit();
  await drained;
  link.drain = false;
  await producer(emulator.connectionString()).sendBatch(numbered(5), { partitionId: '0' });
  link.add_credit(2);
  await until(() => expect(messages).toHaveLength(22));
  await ask(link.connection, '$management', {});
  expect(sequence(messages)).toEqual(Array.from({ length: 22 }, (_, i) => i));
});

test('nothing is queued beyond the credit: what is held back stays in the log', async () => {
  const emulator = await emulate();
  await producer(emulator.connectionString()).sendBatch(numbered(20), { partitionId: '0' });
  const { link, messages } = reader(await authorised(emulator.port), "amqp.annotation.x-opt-offset > '-1'");
  link.add_credit(5);
  await until(() => expect(messages).toHaveLength(5));
  emulator.faults.holdDeliveries();
  link.add_credit(5);
  await ask(link.connection, '$management', {});
  expect(messages).toHaveLength(5);
  emulator.faults.releaseDeliveries();
  await until(() => expect(messages).toHaveLength(10));
});

test('a single message without batch is an event; a key in its annotations counts', async () => {
  const emulator = await emulate();
  const connection = await authorised(emulator.port);
  const sender = connection.open_sender(HUB);
  const accepted = new Promise((resolve) => sender.once('accepted', resolve));
  sender.once('sendable', () =>
    sender.send({
      message_annotations: { 'x-opt-partition-key': 'device-7' },
      application_properties: { kind: 'single' },
      body: rhea.message.data_section(Buffer.from('hello')),
    }),
  );
  await accepted;
  expect(emulator.events(HUB)).toMatchObject([
    { partition: '2', partitionKey: 'device-7', body: Buffer.from('hello') },
  ]);
});

test('sends of one turn keep their own outcomes; what cannot be read is rejected', async () => {
  const emulator = await emulate();
  const sender = (await authorised(emulator.port)).open_sender(`${HUB}/Partitions/1`);
  const outcomes = new Map<number, unknown>();
  sender.on('accepted', ({ delivery }: EventContext) => delivery && outcomes.set(delivery.id, 'accepted'));
  sender.on('rejected', ({ delivery }: EventContext) => {
    if (delivery) outcomes.set(delivery.id, delivery.remote_state?.['error'].condition);
  });
  const good = rhea.message.encode({ body: rhea.message.data_section(Buffer.from('x')) });
  const batch = rhea.message.encode({ body: rhea.message.data_section(good) });
  const sends: [Buffer, number][] = [
    [good, 0],
    [Buffer.from('garbage'), 0x80_01_37_00],
    [batch, 0x80_01_37_00],
    [batch, 7],
    [good, 0],
  ];
  sender.once('sendable', () => {
    for (const [bytes, format] of sends) sender.send(bytes, undefined, format);
  });
  await until(() => expect(outcomes.size).toBe(5));
  expect([...outcomes].toSorted(([a], [b]) => a - b).map(([, outcome]) => outcome)).toEqual([
    'accepted',
    'amqp:decode-error',
    'accepted',
    'amqp:not-implemented',
    'accepted',
  ]);
  expect(emulator.events(HUB)).toHaveLength(3);
});

test('a send that stalls for ever does not clog its link', async () => {
  const emulator = await emulate();
  const sender = (await authorised(emulator.port)).open_sender(HUB);
  const count = 2_500; // more than rhea's session buffer takes
  let accepted = 0;
  sender.on('accepted', () => {
    accepted++;
  });
  let sent = 0;
  emulator.faults.sends('stall');
  const good = rhea.message.encode({ body: rhea.message.data_section(Buffer.from('x')) });
  sender.on('sendable', () => {
    while (sent < count && sender.sendable()) {
      sender.send(good, undefined, 0);
      sent++;
    }
  });
  await until(() => expect(accepted).toBe(count - 1));
});

test('without a filter a reader starts at the end; one that is no position is refused', async () => {
  const emulator = await emulate();
  const send = producer(emulator.connectionString());
  await send.sendBatch(numbered(3), { partitionId: '0' });
  const connection = await authorised(emulator.port);
  const { link, messages } = reader(connection, undefined);
  await new Promise((resolve) => link.once('receiver_open', resolve));
  link.add_credit(10);
  await send.sendBatch(numbered(1), { partitionId: '0' });
  await until(() => expect(sequence(messages)).toEqual([3]));
  const wrong = reader(connection, "amqp.annotation.x-opt-offset between '1' and '2'");
  expect(await refusal(wrong.link)).toMatchObject({ condition: 'amqp:invalid-field' });
});

test('the SASL mechanism of the other Azure SDKs is offered', async () => {
  const emulator = await emulate();
  const MSSBCBS = { start: (done: (error: undefined, response: string) => void) => done(undefined, '') };
  const connection = await connect(emulator.port, { sasl_mechanisms: { MSSBCBS } });
  expect(connection.is_open()).toBe(true);
});

test('a link without a token is unauthorized', async () => {
  const emulator = await emulate();
  const connection = await connect(emulator.port);
  expect(await refusal(connection.open_sender(HUB))).toMatchObject({ condition: 'amqp:unauthorized-access' });
  expect(await refusal(reader(connection, undefined).link)).toMatchObject({
    condition: 'amqp:unauthorized-access',
  });
});

test('requests that no node knows are answered with an error', async () => {
  const emulator = await emulate();
  const connection = await connect(emulator.port);
  const management = await ask(connection, '$management', {
    application_properties: { operation: 'DELETE' },
  });
  expect(management.application_properties).toMatchObject({ 'error-condition': 'amqp:not-implemented' });
  const cbs = await ask(connection, '$cbs', { application_properties: { operation: 'x' } });
  expect(cbs.application_properties).toMatchObject({ 'status-code': 400 });
});

/** A disposition (0x15) on channel 9, which was never begun: what the SDK sends on a session it has just ended. */
const LATE_FRAME = Buffer.from([0, 0, 0, 16, 2, 0, 0, 9, 0x00, 0x53, 0x15, 0xc0, 0x03, 0x02, 0x41, 0x43]);

test('a late frame is ignored, the connection lives on', async () => {
  const emulator = await emulate();
  const connection = await authorised(emulator.port);
  connection['socket'].write(LATE_FRAME);
  const answer = await ask(connection, '$management', {
    application_properties: { operation: 'READ', type: 'com.microsoft:eventhub', name: HUB },
  });
  expect(answer.application_properties).toMatchObject({ 'status-code': 200 });
});
