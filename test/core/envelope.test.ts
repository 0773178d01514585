import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { LIMITS, open } from '../../shared/core/envelope.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import { summary } from './opened.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const BOM = '\uFEFF';
const ada = { identityMap: { crmid: [{ id: 'C-1' }] }, person: { name: { firstName: 'Ada "}{" \\' } } };
const bea = { identityMap: { crmid: [{ id: 'C-2' }] }, note: 'ümläut €' };
const cem = { segmentMembership: { ups: { 'a-1': { status: 'exited' } } } };
const A = JSON.stringify(ada);
const B = JSON.stringify(bea);
const C = JSON.stringify(cem);
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** Every shape of several profiles in one text. */
const ACCEPTED: readonly [string, string, readonly unknown[]][] = [
  ['one object', A, [ada]],
  ['one object printed over many lines', pretty(ada), [ada]],
  ['white space around', `\r\n\t ${A} \n`, [ada]],
  ['an array', `[${A},${B},${C}]`, [ada, bea, cem]],
  ['an array of one', `[${A}]`, [ada]],
  ['{"profiles":[…]}', `{"profiles":[${A},${B}]}`, [ada, bea]],
  ['{"profiles":[…]} with members beside', `{"audienceId":"a","profiles":[${C}]}`, [cem]],
  ['lines', `${A}\n${B}\n${C}`, [ada, bea, cem]],
  ['lines with a last line break', `${A}\n${B}\n`, [ada, bea]],
  ['lines that end in CRLF', `${A}\r\n${B}\r\n${C}\r\n`, [ada, bea, cem]],
  ['lines with blank ones between', `\n${A}\n\n \r\n${B}\n`, [ada, bea]],
  ['objects one after another', `${A}${B}${C}`, [ada, bea, cem]],
  ['objects with blanks between', `${A} ${B}\t${C}`, [ada, bea, cem]],
  ['objects over many lines, one after another', `${pretty(ada)}\n${pretty(bea)}`, [ada, bea]],
  [
    'objects over many lines, one of them alone on its line',
    '{\n"list": [\n{}\n]\n}\n{\n"a": 1\n}',
    [{ list: [{}] }, { a: 1 }],
  ],
  ['a byte order mark', `${BOM}${A}`, [ada]],
  ['a byte order mark before lines', `${BOM}${A}\n${B}`, [ada, bea]],
  [
    'a profile whose attribute is called profiles',
    `{"identityMap":{},"profiles":[1]}`,
    [{ identityMap: {}, profiles: [1] }],
  ],
  [
    'a profile without identities whose attribute is called profiles',
    '{"segmentMembership":{},"profiles":[1]}',
    [{ segmentMembership: {}, profiles: [1] }],
  ],
  ['a member called profiles that is no list', `{"profiles":{"a":1}}`, [{ profiles: { a: 1 } }]],
];

describe.each(ACCEPTED)('%s', (_, text, items) => {
  test('as bytes', () => {
    expect(summary(open(bytes(text), inflate))).toEqual(items);
  });

  test('as text', () => {
    expect(summary(open(text, inflate))).toEqual(items);
  });

  test('as gzip', () => {
    expect(summary(open(gzipSync(text), inflate))).toEqual(items);
  });
});

test.each([
  ['one object', ada, [ada]],
  ['an array', [ada, bea], [ada, bea]],
  ['{"profiles":[…]}', { profiles: [ada, cem] }, [ada, cem]],
])('%s that the platform has parsed', (_, value, items) => {
  expect(summary(open(value, inflate))).toEqual(items);
});

test('gzip in several members is one text', () => {
  expect(summary(open(Buffer.concat([gzipSync(A), gzipSync(`\n${B}`)]), inflate))).toEqual([ada, bea]);
});

test('a plain Uint8Array that is a part of a larger buffer is read from where it starts', () => {
  const whole = bytes(`xx${A}yy`);
  const part = new Uint8Array(whole.buffer, whole.byteOffset + 2, whole.length - 4);
  expect(summary(open(part, inflate))).toEqual([ada]);
});

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const deepList = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

/** Gzip whose last eight bytes, check sum and length, are cleared. */
function wrongSum(text: string): Uint8Array {
  const zipped = gzipSync(text);
  return zipped.fill(0, zipped.length - 8);
}

/** Everything that makes a whole message one malformed record. */
const MALFORMED: readonly [string, unknown, string][] = [
  ['no bytes', bytes(''), 'decode.empty'],
  ['no text', '', 'decode.empty'],
  ['white space', bytes(' \r\n\t'), 'decode.empty'],
  ['a byte order mark alone', bytes(BOM), 'decode.empty'],
  ['gzip of nothing', gzipSync(''), 'decode.empty'],
  ['a cut object', bytes(A.slice(0, -3)), 'decode.json'],
  ['a cut text', bytes('{"a":"b'), 'decode.json'],
  ['a cut array', bytes(`[${A},${B}`), 'decode.json'],
  ['a cut array of small objects', bytes('[{"a":1},{"b":2}'), 'decode.json'],
  ['a cut list of profiles', bytes(`{"profiles":[${A},${B}`), 'decode.json'],
  ['a cut object over many lines', bytes(pretty(ada).slice(0, -3)), 'decode.json'],
  ['a comma too many', bytes(`${A.slice(0, -1)},}`), 'decode.json'],
  ['single quotes', bytes("{'a':1}"), 'decode.json'],
  ['a page of HTML', bytes('<html>\n<body>{}</body>\n</html>'), 'decode.json'],
  ['rows of CSV', bytes('email,ups_1\nada@example.com,active'), 'decode.json'],
  ['NaN', bytes('NaN'), 'decode.json'],
  ['numbers on lines', bytes('1\n2\n3'), 'decode.json'],
  ['a closing brace', bytes('}'), 'decode.json'],
  ['a closing brace before an object', bytes('}{"a":1}'), 'decode.json'],
  ['the first byte of gzip and no second', Buffer.from([0x1f, 0x7b, 0x7d]), 'decode.json'],
  ['the second byte of gzip after another first', Buffer.from([0x7b, 0x8b, 0x7d]), 'decode.encoding'],
  ['an empty array', bytes('[]'), 'decode.shape'],
  ['an empty list of profiles', bytes('{"profiles":[]}'), 'decode.shape'],
  [
    'bytes that are no UTF-8',
    Buffer.concat([bytes('{"a":"'), Buffer.from([0xff]), bytes('"}')]),
    'decode.encoding',
  ],
  ['a character cut in half', bytes('{"a":"€"}').subarray(0, 8), 'decode.encoding'],
  ['a surrogate as bytes', Buffer.from([0x7b, 0xed, 0xa0, 0x80, 0x7d]), 'decode.encoding'],
  ['an overlong slash', Buffer.from([0xc0, 0xaf]), 'decode.encoding'],
  ['UTF-16', Buffer.from(`${BOM}${A}`, 'utf16le'), 'decode.encoding'],
  ['gzip of bytes that are no UTF-8', gzipSync(Buffer.from([0x22, 0xff, 0x22])), 'decode.encoding'],
  ['gzip in gzip', gzipSync(gzipSync(A)), 'decode.encoding'],
  ['cut gzip', gzipSync(A.repeat(50)).subarray(0, 40), 'decode.compression'],
  ['the first two bytes of gzip alone', Buffer.from([0x1f, 0x8b]), 'decode.compression'],
  ['gzip with a wrong check sum', wrongSum(A), 'decode.compression'],
  ['2 MB of bytes', bytes(`{"a":"${'x'.repeat(2_000_000)}"}`), 'decode.too-large'],
  ['2 MB of text', `{"a":"${'x'.repeat(2_000_000)}"}`, 'decode.too-large'],
  ['text that is too large only as UTF-8', `{"a":"${'€'.repeat(400_000)}"}`, 'decode.too-large'],
  ['a gzip bomb', gzipSync(Buffer.alloc(50_000_000, 0x20)), 'decode.too-large'],
  ['200 levels of objects', bytes(deep(200)), 'decode.too-deep'],
  ['200 levels of lists', bytes(deepList(200)), 'decode.too-deep'],
  ['100,000 levels of lists', bytes(deepList(100_000)), 'decode.too-deep'],
  ['200 levels in one object of a list', bytes(`[${deep(200)}]`), 'decode.too-deep'],
  ['200 levels that the platform has parsed', JSON.parse(deep(200)), 'decode.too-deep'],
  ['__proto__', bytes('{"__proto__":{"polluted":true}}'), 'decode.hostile-key'],
  ['__proto__ within', bytes('{"a":[{"b":{"__proto__":1}}]}'), 'decode.hostile-key'],
  ['__proto__ with an escape', bytes('{"\\u005f_proto__":{}}'), 'decode.hostile-key'],
  [
    '__proto__ all in escapes',
    bytes('{"a":{"\\u005f\\u005f\\u0070roto\\u005F\\u005f":null}}'),
    'decode.hostile-key',
  ],
  ['__proto__ beside profiles', bytes('{"profiles":{"__proto__":[]}}'), 'decode.hostile-key'],
  ['__proto__ that the platform has parsed', JSON.parse('{"a":{"__proto__":{}}}'), 'decode.hostile-key'],
  ['null', null, 'decode.shape'],
  ['nothing', undefined, 'decode.shape'],
  ['a number', 42, 'decode.shape'],
  ['a function', () => 1, 'decode.shape'],
];

test.each(MALFORMED)('%s is one malformed record', (_, body, code) => {
  expect(summary(open(body, inflate))).toEqual([code]);
});

test.each([
  ['a broken line', `${A}\n{"a":"b\n${B}`, [ada, 'decode.json', bea]],
  ['a broken line among blank ones', `${A}\n\n{"a":"b\n \n${B}\n`, [ada, 'decode.json', bea]],
  ['a broken line first', `oops\n${A}\n${B}`, ['decode.json', ada, bea]],
  ['two broken lines', `{"a":\n${A}\n{"b":\n${B}`, ['decode.json', ada, 'decode.json', bea]],
  ['a line that is cut off at the end', `${A}\n${B.slice(0, 9)}`, [ada, 'decode.json']],
  ['a hostile line', `${A}\n{"__proto__":1}\n${B}`, [ada, 'decode.hostile-key', bea]],
  ['a hostile item of an array', `[${A},{"x":[{"__proto__":1}]},${B}]`, [ada, 'decode.hostile-key', bea]],
  ['a deep item of a list of profiles', `{"profiles":[${A},${deep(40)}]}`, [ada, 'decode.too-deep']],
  ['an object that is cut off after others', `${A}${B}${C.slice(0, -2)}`, [ada, bea, 'decode.json']],
  ['rubbish between objects', `${A}x${B}`, [ada, 'decode.json']],
])('%s spoils only itself', (_, text, items) => {
  expect(summary(open(bytes(text), inflate))).toEqual(items);
});

test('items of an array that are no objects are handed on, each alone, for the profile to refuse', () => {
  expect(summary(open('[1,null,"a",[]]', inflate))).toEqual([1, null, 'a', []]);
});

test.each([
  ['bytes', bytes(`{"a":"${'x'.repeat(LIMITS.messageBytes - 8)}"}`), 1],
  ['text', `{"a":"${'x'.repeat(LIMITS.messageBytes - 8)}"}`, 1],
  ['inflated bytes', gzipSync(Buffer.concat([bytes('{}'), Buffer.alloc(LIMITS.inflatedBytes - 2, 0x20)])), 1],
])('a message of just the limit of %s is read', (_, body, count) => {
  expect(open(body, inflate).filter(({ ok }) => ok)).toHaveLength(count);
});

test.each([
  ['bytes', bytes(`{"a":"${'x'.repeat(LIMITS.messageBytes - 7)}"}`)],
  ['text', `{"a":"${'x'.repeat(LIMITS.messageBytes - 7)}"}`],
  ['inflated bytes', gzipSync(Buffer.concat([bytes('{}'), Buffer.alloc(LIMITS.inflatedBytes - 1, 0x20)]))],
])('one more of %s is not', (_, body) => {
  expect(summary(open(body, inflate))).toEqual(['decode.too-large']);
});

test('32 levels are read, 33 are not', () => {
  expect(open(deep(LIMITS.depth), inflate)).toMatchObject([{ ok: true }]);
  expect(open(deep(LIMITS.depth + 1), inflate)).toMatchObject([
    { ok: false, fault: { code: 'decode.too-deep' } },
  ]);
});

test('a message that was no UTF-8 leaves nothing behind for the next', () => {
  expect(summary(open(Buffer.from([0x22, 0xe2, 0x82]), inflate))).toEqual(['decode.encoding']);
  expect(summary(open(bytes(`${BOM}${B}`), inflate))).toEqual([bea]);
});

test('messages of faults say nothing of the content', () => {
  const secret = 'ada@example.com';
  for (const body of [
    `{"email":"${secret}"`,
    `[{"${secret}":1`,
    `{"${secret}":{"__proto__":1}}`,
    `${secret}\n{}`,
  ]) {
    for (const result of open(body, inflate))
      if (!result.ok) expect(result.fault.message).not.toContain('ada');
  }
});
