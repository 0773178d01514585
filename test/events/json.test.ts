import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brief, readAll, sourceOf } from './reading.js';

const record = fc
  .dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 })
  .filter((value) => !('profiles' in value) && !JSON.stringify(value).includes('"__proto__"'));
/** As JSON reads it back: there is no -0 in its text. */
const records = fc
  .array(record, { minLength: 1, maxLength: 6 })
  .map((list) => JSON.parse(JSON.stringify(list)) as unknown[]);

/** Every way in which records are written into a file. */
const LAYOUTS: Readonly<Record<string, (list: readonly unknown[]) => string>> = {
  'one a line': (list) => list.map((one) => `${JSON.stringify(one)}\n`).join(''),
  'one a line, without the last line break, with empty lines': (list) =>
    list.map((one) => JSON.stringify(one)).join('\r\n\n'),
  'one after another': (list) => list.map((one) => JSON.stringify(one)).join(''),
  'two a line': (list) => list.map((one, i) => JSON.stringify(one) + (i % 2 ? '\n' : ' ')).join(''),
  'printed over many lines': (list) => list.map((one) => `${JSON.stringify(one, null, 2)}\n`).join(''),
  'a list': (list) => JSON.stringify(list),
  'a list over many lines': (list) => JSON.stringify(list, null, '\t'),
  'a list with one a line': (list) => `[\n${list.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`,
  'an envelope': (list) => JSON.stringify({ profiles: list }),
  'an envelope over many lines': (list) => JSON.stringify({ profiles: list, meta: { count: 1 } }, null, 2),
  'an envelope that begins with something else': (list) =>
    JSON.stringify({ id: 'a', profiles: list }, null, 1),
  'lists, one a line': (list) => list.map((one) => `${JSON.stringify([one])}\n`).join(''),
};

const lineAt = (bytes: Buffer, offset: number): number =>
  bytes.subarray(0, offset).toString('latin1').split('\n').length;

describe.each(Object.entries(LAYOUTS))('%s', (_, layout) => {
  test('reads back equal, with true places, cut anywhere, zipped or not', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(records, sizes, fc.boolean(), fc.boolean(), async (list, cuts, mark, zip) => {
        const bytes = Buffer.from((mark ? '\uFEFF' : '') + layout(list));
        const found = await readAll(sourceOf(zip ? gzipSync(bytes) : bytes, { sizes: cuts }));
        expect(found.map(({ item }) => item)).toEqual(list.map((value) => ({ ok: true, value })));
        for (const { line, offset } of found) {
          expect(bytes[offset]).toBe('{'.charCodeAt(0));
          expect(line).toBe(lineAt(bytes, offset));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('what cannot be read', () => {
  const rubbish = fc.constantFrom(
    'hello',
    '{"a":"never closed',
    '{"a":{"b":1}',
    '{"a":[1,2}',
    '{"a" 1}',
    '{"a":1,}',
    "{'a':1}",
    '{"a":',
    '{"a":[',
    '{"a":[{"b":1,',
    '{"a":tru}',
  );

  test('costs itself only, where one record is a line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(record, fc.option(rubbish, { nil: undefined })), { minLength: 1 }),
        async (rows) => {
          const lines = rows.flatMap(([good, bad]) => [
            JSON.stringify(good),
            ...(bad === undefined ? [] : [bad]),
          ]);
          const found = await readAll(sourceOf(lines.join('\n'), { sizes: [7, 30] }));
          const expected = lines.map((text, i) => {
            try {
              return [i + 1, JSON.parse(text) as unknown];
            } catch {
              return [i + 1, 'decode.json'];
            }
          });
          expect(brief(found)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('costs itself only, where records are printed over many lines', async () => {
    const text = `[\n  {\n    "a": 1\n  },\n  {\n    "a": 2,,\n    "b": {\n      "c": 3\n    }\n  },\n  {\n    "a": 4\n  }\n]`;
    expect(brief(await readAll(sourceOf(text)))).toEqual([
      [2, { a: 1 }],
      [5, 'decode.json'],
      [11, { a: 4 }],
    ]);
    const beside = `[{\n  "a": 1,,\n}, {\n  "a": 2\n}]`;
    expect(brief(await readAll(sourceOf(beside)))).toEqual([
      [1, 'decode.json'],
      [3, { a: 2 }],
    ]);
  });

  test.each([
    [
      'an object',
      '{"a":1}\n{"a":',
      [
        [1, { a: 1 }],
        [2, 'decode.json'],
      ],
    ],
    [
      'a list',
      '[{"a":1},\n{"a":2}',
      [
        [1, { a: 1 }],
        [2, { a: 2 }],
        [2, 'decode.json'],
      ],
    ],
    [
      'an envelope',
      '{"profiles":\n[{"a":1}]',
      [
        [2, { a: 1 }],
        [2, 'decode.json'],
      ],
    ],
  ])('a file that is cut off within %s says so', async (_, text, expected) => {
    expect(brief(await readAll(sourceOf(text)))).toEqual(expected);
  });

  test('bytes that are no UTF-8 are a fault of their record', async () => {
    const text = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}\n{"a":1}\n')]);
    expect(brief(await readAll(sourceOf(text)))).toEqual([
      [1, 'decode.encoding'],
      [2, { a: 1 }],
    ]);
  });

  test('UTF-16 is named as such', async () => {
    const text = Buffer.from('\uFEFF{"a":1}', 'utf16le');
    expect(brief(await readAll(sourceOf(text)))).toEqual([[1, 'decode.encoding']]);
  });

  test.each([
    ['one a line', (text: string) => `${text}\n{"a":1}\n`, [1, 2]],
    ['in a list', (text: string) => `[\n${text},\n{"a":1}\n]`, [2, 3]],
    ['without an end', (text: string) => `${text.slice(0, -2)}\n{"a":1}\n`, [1, 2]],
    ['without quotes', (text: string) => `${text.replaceAll('"', 'x').slice(1)}\n{"a":1}\n`, [1, 2]],
  ])('what is larger than a message is passed: %s', async (_, layout, [first, second]) => {
    const found = await readAll(sourceOf(layout(`{"a":"${'x'.repeat(3_000_000)}"}`), { sizes: [100_000] }));
    expect(brief(found)).toEqual([
      [first, 'decode.too-large'],
      [second, { a: 1 }],
    ]);
  });

  test('zipped bytes that end too soon give what came before, and a fault', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `{"a":${i},"b":"${Math.sin(i)}"}\n`).join('');
    const zipped = gzipSync(lines);
    const found = await readAll(sourceOf(zipped.subarray(0, zipped.length / 2)));
    expect(found.length).toBeGreaterThan(1000);
    expect(found.at(0)?.item).toEqual({ ok: true, value: { a: 0, b: '0' } });
    expect(brief(found.slice(-1))[0]).toContain('decode.compression');
  });

  test.each([
    ['its line only', '{"a":1,}\n{"b":1}', /could be read of it$/],
    ['its lines', '{\n "a":1,,\n "b":2\n}\n{"b":1}', /; reading goes on in line 5$/],
    ['the rest of a list on one line', '[{"a":1,},{"b":1}]', /; nothing after it in the list could be read$/],
    ['the rest of the file', '{"a":1,}\nhello\nworld', /; nothing after it could be read$/],
  ])('says what is passed with it: %s', async (_, text, said) => {
    const [found] = await readAll(sourceOf(text));
    expect(found?.item.ok === false && found.item.fault.message).toMatch(said);
  });

  test('says nothing of what is in it', async () => {
    const [found] = await readAll(sourceOf('{"email":"ada@example.com"'));
    expect(found?.item.ok === false && found.item.fault.message).not.toContain('example.com');
  });
});

test('an empty file has no records', async () => {
  expect(await readAll(sourceOf(''), sourceOf(' \n\n'), sourceOf('\uFEFF'))).toEqual([]);
});

test('values that are no objects are given as they are: who decodes them refuses them', async () => {
  expect(brief(await readAll(sourceOf('1\n"a"\n[[1],null]\nnull')))).toEqual([
    [1, 1],
    [2, 'a'],
    [3, [1]],
    [3, null],
    [4, null],
  ]);
});

test('the elements of a list are records, whatever is in them', async () => {
  const inner = { profiles: [{ a: 1 }] };
  expect(brief(await readAll(sourceOf(JSON.stringify([inner]))))).toEqual([[1, inner]]);
});

test('several files are read one after another', async () => {
  const found = await readAll(sourceOf('{"a":1}', { name: 'one' }), sourceOf('{"a":2}', { name: 'two' }));
  expect(found.map(({ file, line }) => `${file}:${line}`)).toEqual(['one:1', 'two:1']);
});

describe('any bytes whatever', () => {
  const alphabet = [
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ':',
    ',',
    '\n',
    ' ',
    '\r',
    'a',
    '1',
    '-',
    '{"profiles":[',
    '\u00e9',
    '{"a":1}',
  ];
  const text = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 120 });
  const bytes = fc.oneof(
    text.map((one) => Buffer.from(one)),
    fc.uint8Array({ maxLength: 60 }).map((one) => Buffer.from(one)),
  );

  test('are read to their end, in order, alike however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
        async (all, sizes) => {
          const found = await readAll(sourceOf(all, { sizes }));
          for (const [i, { offset, line }] of found.entries()) {
            expect(offset).toBeGreaterThanOrEqual(found[i - 1]?.offset ?? 0);
            expect(offset).toBeLessThanOrEqual(all.length);
            expect(line).toBe(lineAt(all, offset));
          }
          // Gzip is known by its first bytes, which must not be cut off what follows.
          expect(brief(found)).toEqual(brief(await readAll(sourceOf(all))));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['brackets that are never closed', '{"a":\n'],
    ['lists that are never closed', '{"a":[\n'],
    ['lists within lists', '[\n'],
    ['ends without beginnings', '}, {\n'],
    ['quotes', '{"\n'],
    ['commas', ',\n'],
    ['one line of objects', '{}'],
    ['one line of brackets', '{"a":'],
  ])('%s take time linear in their length', async (_, piece) => {
    const begun = performance.now();
    const found = await readAll(sourceOf(piece.repeat(200_000 / piece.length), { sizes: [262_144] }));
    expect(found.length).toBeGreaterThan(0);
    expect(performance.now() - begun).toBeLessThan(30_000);
  });
});
