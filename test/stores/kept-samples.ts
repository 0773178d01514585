import * as fc from 'fast-check';
import { FAULTS, Fault, type FaultCode } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { Message } from '../../shared/core/ports.js';

/** What the clocks of these tests begin with. */
export const NOW = 1_790_000_000_000;

let count = 0;

/** A kept message that is no other. */
export const sample = (more: Partial<KeptMessage> = {}, message: Partial<Message> = {}): KeptMessage => ({
  message: {
    id: `m-${++count}`,
    body: Buffer.from('{"a":1}'),
    at: NOW - 5_000,
    source: 'kinesis:events',
    ...message,
  },
  fault: new Fault('remote.row-busy', 'the row is locked'),
  record: 0,
  at: NOW,
  attempts: 1,
  firstSeen: NOW,
  person: '0123456789abcdef',
  ...more,
});

/** Bytes that do not get shorter when they are packed. */
export function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let seed = 42;
  for (let i = 0; i < length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = seed >>> 24;
  }
  return bytes;
}

/** Kept messages in a form that compares: faults by what is kept of them, bytes by their value. */
export const plain = ({ message, fault, beside, ...rest }: KeptMessage) => ({
  ...rest,
  fault: [fault.code, fault.message],
  ...(beside && { beside: { ...beside, fault: [beside.fault.code, beside.fault.message] } }),
  message: {
    ...message,
    body:
      message.body instanceof Uint8Array ? { hex: Buffer.from(message.body).toString('hex') } : message.body,
  },
});

/** Ids that careless names and codecs would confuse, refuse, cut or follow. */
export const HOSTILE: readonly string[] = [
  ...[
    '../../etc/passwd',
    '..',
    '.',
    '/',
    '//',
    '\\',
    'a/b',
    'a%2Fb',
    'a\\b',
    'C:\\x',
    '?',
    '#',
    '%',
    '&',
    '+',
  ],
  ...[
    '',
    ' ',
    'end ',
    ' end',
    'a\nb',
    'a\r\nb',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff',
    '\ufffd',
    '\ufffe',
  ],
  ...['case', 'CASE', 'caf\u00e9', 'cafe\u0301', '\u202etxt', '\ufeff', '__proto__', 'constructor'],
  ...['x'.repeat(5_000), `${'x'.repeat(5_000)}y`, '\u20ac'.repeat(3_000), 'letters/2026-11-21/0'],
];

const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const id = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom(...HOSTILE));

/** A value as a platform parses it: what JSON.parse can give, its odd numbers included. */
const parsed = fc.oneof(
  fc.jsonValue({ noUnicodeString: false }),
  fc.constantFrom(
    -0,
    Number.POSITIVE_INFINITY,
    JSON.parse('{"__proto__":{"x":-0},"y":[1e999,-1e999]}'),
    undefined,
  ),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udfff', 'a', '\u0000') }),
  parsed,
);
// The closed list is an object whose keys are its codes.
const code = fc.constantFrom(...(Object.keys(FAULTS) as FaultCode[]));

const optional = <T>(name: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((some) => (some === undefined ? {} : { [name]: some }));

const words = fc.string({ unit: 'binary' });
const doubt = fc.record(
  {
    connection: id,
    object: words,
    target: words,
    causes: fc.array(words, { maxLength: 2 }),
    overtaken: fc.constant(true as const),
  },
  { requiredKeys: ['connection', 'object', 'target'] },
);
const reason = fc.record(
  {
    fault: fc.tuple(code, words).map(([name, text]) => new Fault(name, text)),
    remote: fc.record({ connection: id, code: words, text: words }),
  },
  { requiredKeys: ['fault'] },
);

/** Any message that may have to be kept. */
export const anyKept: fc.Arbitrary<KeptMessage> = fc
  .tuple(
    fc.record({ id, body, at: time, source: id }),
    fc.tuple(code, fc.string({ unit: 'binary' })).map(([name, text]) => new Fault(name, text)),
    time,
    optional('record', fc.nat()),
    optional('attempts', fc.nat()),
    optional('firstSeen', time),
    optional('afterMs', fc.nat()),
    optional('person', fc.string()),
    optional(
      'remote',
      fc.oneof(
        fc.record({ connection: id, code: fc.string(), text: fc.string({ unit: 'binary' }) }),
        fc.record({ connection: id, code: fc.string(), text: fc.string(), field: fc.string() }),
      ),
    ),
    optional(
      'owed',
      fc.array(
        fc.oneof(
          fc.record(
            {
              audience: id,
              change: fc.constantFrom('entered', 'left', 'stayed'),
              at: fc.maxSafeInteger(),
              first: fc.constant(true),
              backfill: fc.constant(true),
              seen: fc.maxSafeInteger(),
              overtaken: fc.constant(true),
              decided: fc.constant({ a1b2: true, c3d4: false }),
            },
            { requiredKeys: ['audience', 'change', 'at'] },
          ),
          fc.record({ path: id, change: fc.constant('changed'), at: fc.maxSafeInteger() }),
        ),
      ),
    ),
    optional('doubts', fc.array(doubt, { maxLength: 3 })),
    optional('beside', reason),
    optional('message', fc.constantFrom({ record: 3 }, { attempts: 2, firstSeen: 7 }, {})),
  )
  .map(
    ([
      message,
      fault,
      at,
      record,
      attempts,
      firstSeen,
      afterMs,
      person,
      remote,
      owed,
      more,
      other,
      past,
    ]) => ({
      ...{ fault, at, ...record, ...attempts, ...firstSeen, ...afterMs, ...person, ...remote, ...owed },
      ...{ ...more, ...other },
      message: { ...message, ...past['message'] },
    }),
  );
