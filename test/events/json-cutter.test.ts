import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonCutter } from '../../shared/events/json-cutter.js';

/** What is found in a text that comes in pieces of these lengths, over and over. */
function found(text: string, lengths: readonly number[], most: number): readonly unknown[] {
  const cutter = new JsonCutter(most);
  const bytes = Buffer.from(text);
  const all: unknown[] = [];
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const length = lengths[piece % lengths.length] ?? 1;
    all.push(...cutter.push(bytes.subarray(at, at + length)));
    at += length;
  }
  return [...all, ...cutter.end(), cutter.isCutOff];
}

const units = fc.constantFrom(
  ...['{', '}', '[', ']', '"', '\\', ':', ',', '\n', '\n  ', ' ', 'a', '1', '{"a":1}', '{"a":[\n', 'é'],
  ...['{"profiles":[', '\n{"b":2}', '"x":', 'xxxxxxxx', '},\n{"c":3', '    '],
);

test('any text is the same records however it is cut, those that are too long among them', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.constantFrom('{', '[', '{"a":1}\n'), fc.string({ unit: units, maxLength: 60 })),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(12, 30, 70),
      ([head, rest], lengths, most) => {
        const text = head + rest;
        expect(found(text, lengths, most)).toEqual(found(text, [text.length * 2], most));
      },
    ),
    { numRuns: 5_000 },
  );
});
