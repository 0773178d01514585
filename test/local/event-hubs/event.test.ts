import fc from 'fast-check';
import rhea from 'rhea';
import { expect, test } from 'vitest';
import { bodyOf, readBatch, readEvent } from '../../../local/emulators/event-hubs/event.js';
import { PartitionLog } from '../../../local/emulators/event-hubs/log.js';
import { splitSections } from '../../../local/emulators/event-hubs/sections.js';
import { runtimeMetrics, stamped } from '../../../local/emulators/event-hubs/stamp.js';

const { message, types } = rhea;
const encode = (properties: object, body = Buffer.from('body')): Buffer =>
  message.encode({ ...properties, body: message.data_section(body) });

function received(encoded: Buffer, withMetrics = false) {
  const log = new PartitionLog();
  const event = readEvent(encoded);
  if (event === undefined) throw new Error('unreadable');
  log.append([event], 1_795_000_000_000, 10);
  const stored = log.at(0);
  if (stored === undefined) throw new Error('not stored');
  return message.decode(stamped(stored, withMetrics ? runtimeMetrics(log, 1_795_000_000_500) : undefined));
}

const scalar = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.boolean(),
  fc.integer(),
  fc.double({ min: -1e15, max: 1e15, noNaN: true }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.date({ noInvalidDate: true }),
);
const properties = fc.dictionary(fc.stringMatching(/^[a-z]{1,20}$/), scalar, { maxKeys: 8 });

test('whatever a producer sends comes out as it went in', () => {
  const body = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(properties, properties, body, (application_properties, message_annotations, bytes) => {
      const sent = encode(
        { application_properties, message_annotations, message_id: 'm', durable: true },
        bytes,
      );
      const { application_properties: own, message_annotations: annotations, ...rest } = received(sent);
      const before = message.decode(sent);
      expect(own).toEqual(before['application_properties']);
      expect(annotations).toEqual({
        ...before['message_annotations'],
        'x-opt-sequence-number': 0,
        'x-opt-offset': '0',
        'x-opt-enqueued-time': new Date(1_795_000_000_000),
      });
      expect(rest).toMatchObject({ message_id: 'm', durable: true });
      expect(rest['body'].content).toEqual(bytes);
      const event = readEvent(sent);
      expect(event && bodyOf(event)).toEqual(bytes);
    }),
  );
});

test('number types keep their width', () => {
  const wide = {
    i: types.wrap_int(7),
    l: types.wrap_long(7),
    f: types.wrap_float(0.5),
    s: types.wrap_short(7),
  };
  const sent = encode({ application_properties: wide });
  const section = (bytes: Buffer) => splitSections(bytes)?.find(({ code }) => code === 0x74)?.bytes;
  expect(section(message.encode(received(sent)))).not.toEqual(section(sent)); // decoding loses the width
  const event = readEvent(sent);
  expect(splitSections(event?.rest ?? Buffer.alloc(0))?.find(({ code }) => code === 0x74)?.bytes).toEqual(
    section(sent),
  );
});

test('what the service writes cannot be forged, delivery annotations do not pass', () => {
  const forged = { 'x-opt-sequence-number': 99, 'x-opt-offset': '99', 'x-opt-custom': 'kept' };
  const out = received(encode({ message_annotations: forged, delivery_annotations: { a: 1 } }));
  expect(out['message_annotations']).toMatchObject({ 'x-opt-sequence-number': 0, 'x-opt-custom': 'kept' });
  expect(out['delivery_annotations']).toBeUndefined();
});

test('runtime metrics lie between header and annotations', () => {
  const out = received(encode({ durable: true }), true);
  expect(out).toMatchObject({
    durable: true,
    delivery_annotations: {
      last_enqueued_sequence_number: 0,
      last_enqueued_offset: '0',
      last_enqueued_time_utc: new Date(1_795_000_000_000),
      runtime_info_retrieval_time_utc: new Date(1_795_000_000_500),
    },
  });
});

test('a batch is its data sections, whether one or many, under the key of its envelope', () => {
  const envelope = (count: number): Buffer =>
    message.encode({
      message_annotations: { 'x-opt-partition-key': 'k' },
      body: message.data_sections(
        Array.from({ length: count }, (_, i) => encode({}, Buffer.from(String(i)))),
      ),
    });
  for (const count of [1, 2, 50]) {
    const batch = readBatch(envelope(count));
    expect(batch?.partitionKey).toBe('k');
    expect(batch?.events.map((event) => String(bodyOf(event)))).toEqual(
      Array.from({ length: count }, (_, i) => String(i)),
    );
    expect(batch?.events.every(({ partitionKey }) => partitionKey === 'k')).toBe(true);
  }
  expect(readBatch(envelope(0))).toBeUndefined();
});

test('bytes that are no message are refused without a throw', () => {
  const good = encode({ application_properties: { a: 1 } });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const noise = Buffer.from(bytes);
      readEvent(noise);
      expect(readBatch(noise)).toBeUndefined();
    }),
  );
  const ends = new Set([0]);
  for (const { bytes } of splitSections(good) ?? []) ends.add(Math.max(...ends) + bytes.length);
  for (let cut = 0; cut < good.length; cut++) {
    if (!ends.has(cut)) expect(readEvent(good.subarray(0, cut))).toBeUndefined();
  }
});
