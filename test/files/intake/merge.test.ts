import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeLines } from '../../../shared/files/intake/merge.js';

const line = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\n'));

/** A source that gives its lines in pieces of so many. */
async function* piecesOf(lines: readonly string[], size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < lines.length; at += size) yield Buffer.from(lines.slice(at, at + size).join('\n'));
}

test('sources of any pieces come out as all of their lines in one order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.array(line, { maxLength: 20 }), fc.integer({ min: 1, max: 6 })), { maxLength: 8 }),
      async (sources) => {
        const all = sources.map(([lines, size]) => [[...lines].sort(), size] as const);
        const merged: string[] = [];
        for await (const one of mergeLines(all.map(([lines, size]) => piecesOf(lines, size))))
          merged.push(one);
        expect(merged).toEqual(all.flatMap(([lines]) => lines).sort());
      },
    ),
  );
});
