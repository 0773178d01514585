import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspect, open } from '../../shared/core/envelope.js';
import { Fault } from '../../shared/core/fault.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import { summary } from './opened.js';

/** Text that looks like the beginning of something: pieces of JSON, hostile keys, line breaks, marks. */
const rubble = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '\\',
        '\n',
        '\r\n',
        ' ',
        '\uFEFF',
        '{}',
        '[]',
        '"a"',
        '1',
      ),
      fc.constantFrom(
        '{"a":1}',
        '{"profiles":[',
        '"__proto__"',
        '"\\u005f_proto__":',
        'null',
        '\\"',
        '\\\\',
        '€',
      ),
      fc.string({ maxLength: 4, unit: 'binary' }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.uint8Array({ maxLength: 60 }).map((tail) => Buffer.concat([Buffer.from([0x1f, 0x8b]), tail])),
  rubble,
  rubble.map((text) => Buffer.from(text)),
  rubble.map((text) => gzipSync(text)),
  fc.tuple(rubble, fc.nat({ max: 60 })).map(([text, cut]) => gzipSync(text).subarray(0, cut)),
  fc.anything(),
);

test('any message gives at least one result, each a value or a decode fault, and never throws', () => {
  fc.assert(
    fc.property(body, (value) => {
      const results = open(value, inflate);
      expect(results.length).toBeGreaterThan(0);
      for (const result of results) if (!result.ok) expect(result.fault.code).toMatch(/^decode\./);
    }),
    { numRuns: 4000 },
  );
});

/** Whether anything below is nested deeper than 32 levels or named __proto__: a plain second opinion. */
function isHostile(value: unknown, level = 1): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (level > 32 || (!Array.isArray(value) && Object.hasOwn(value, '__proto__'))) return true;
  return Object.values(value).some((item) => isHostile(item, level + 1));
}

const wrap = (inner: string, kind: string): string => {
  if (kind === 'list') return `[1,${inner}]`;
  return kind === 'proto' ? `{"__proto__":${inner}}` : `{"b":null,"a":${inner}}`;
};
const tower = fc
  .array(fc.oneof({ weight: 40, arbitrary: fc.constantFrom('object', 'list') }, fc.constant('proto')), {
    minLength: 1,
    maxLength: 40,
  })
  .map((kinds): unknown => JSON.parse(kinds.reduce(wrap, '0')));

test('what inspect lets through holds no __proto__ and no more than 32 levels, and nothing else is refused', () => {
  fc.assert(
    fc.property(tower, (value) => {
      const fault = inspect(value);
      expect(fault instanceof Fault).toBe(isHostile(value));
    }),
    { numRuns: 5000 },
  );
});

const object = fc
  .dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => !isHostile(value) && !Object.hasOwn(value as object, 'profiles')); // JSON of a dictionary is an object
const layout = fc.constantFrom<(texts: readonly string[]) => string>(
  (texts) => texts.join('\n'),
  (texts) => texts.join('\r\n'),
  (texts) => texts.join(''),
  (texts) => texts.join(' \t\n '),
  (texts) => `[${texts.join(',')}]`,
  (texts) => `{"profiles":[${texts.join(',')}]}`,
);

test('objects come out as they went in, in whatever way they are put together', () => {
  fc.assert(
    fc.property(
      fc.array(object, { minLength: 1, maxLength: 5 }),
      layout,
      fc.constantFrom(0, 2),
      fc.constantFrom('text', 'bytes', 'gzip'),
      (objects, join, indent, form) => {
        const text = join(objects.map((one) => JSON.stringify(one, null, indent)));
        const message = form === 'text' ? text : form === 'bytes' ? Buffer.from(text) : gzipSync(text);
        expect(summary(open(message, inflate))).toEqual(objects);
      },
    ),
    { numRuns: 1000 },
  );
});

test('a line that is spoilt never takes another line with it', () => {
  const line = fc.oneof(
    { weight: 3, arbitrary: object.map((value) => ({ text: JSON.stringify(value), want: value })) },
    fc
      .tuple(object, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([value, part]) => JSON.stringify(value).slice(0, -1 - Math.floor(part * 5)))
      .filter((text) => text.trim() !== '' && !isReadable(text))
      .map((text) => ({ text, want: 'decode.json' })),
  );
  fc.assert(
    fc.property(fc.array(line, { minLength: 2, maxLength: 6 }), (lines) => {
      fc.pre(lines.some(({ want }) => want !== 'decode.json'));
      const text = lines.map((one) => one.text).join('\n');
      // A run of objects may hide in cut lines: `{"a":` and `{}` and a lone `}` are one object on three lines.
      fc.pre(lines.every(({ want }) => want !== 'decode.json') || !isRun(text));
      expect(summary(open(text, inflate))).toEqual(lines.map(({ want }) => want));
    }),
    { numRuns: 1000 },
  );
});

function isReadable(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Roughly whether a text is a clean run of objects; a text that says `} {` may be misjudged, which only skips a case. */
const isRun = (text: string): boolean => isReadable(`[${text.replaceAll(/\}\s*\{/g, '},{')}]`);
