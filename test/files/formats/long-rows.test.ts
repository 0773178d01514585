import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../shared/core/envelope.js';
import { openTable } from '../../../shared/files/formats/open-table.js';
import type { TableSettings } from '../../../shared/files/formats/settings.js';
import type { FileBytes, TableRow } from '../../../shared/files/ports.js';
import { MemoryFile, rowsOf, shown } from './reading.js';

/** So that a row of forty characters is as long as one of a mebibyte. */
const MOST = 40;
const limits = { rowLength: MOST };

/** A file whose bytes come in pieces of these sizes, over and over. */
class CutFile extends MemoryFile {
  private readonly sizes: readonly number[];
  private readonly all: Uint8Array;

  constructor(name: string, text: string | Uint8Array, sizes: readonly number[]) {
    super(name, text);
    this.all = Buffer.from(text);
    this.sizes = sizes;
  }

  override async *open(from = 0, to = this.size): AsyncGenerator<Uint8Array> {
    for (let at = from, piece = 0; at < to; piece++) {
      const end = Math.min(to, at + (this.sizes[piece % this.sizes.length] ?? 1));
      yield this.all.subarray(at, end);
      at = end;
    }
  }
}

const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });

const outcome = async (file: FileBytes, settings: TableSettings, from?: number): Promise<unknown> => {
  const rows = await rowsOf(file, settings, from).catch((error: unknown) => error);
  return Array.isArray(rows) ? said(rows) : rows;
};

const said = (rows: readonly TableRow[]): unknown[] =>
  rows.map(({ number, cells }) => [
    number,
    cells.ok ? cells.value : `${cells.fault.code}: ${cells.fault.message}`,
  ]);

/** Of text that means nothing: whatever it is, how it is cut and where reading begins must not matter. */
async function expectSame(
  text: string | Uint8Array,
  settings: TableSettings,
  sizes: readonly number[],
  from: number,
): Promise<void> {
  const whole = await outcome(new MemoryFile('export', text), settings);
  expect(await outcome(new CutFile('export', text, sizes), settings)).toEqual(whole);
  const rest = Array.isArray(whole) ? whole.slice(from - 1) : whole;
  expect(await outcome(new CutFile('export', text, sizes), settings, from)).toEqual(rest);
}

describe('CSV', () => {
  const cell = fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-z]{1,5}$/) },
    { weight: 2, arbitrary: fc.stringMatching(/^[a-z]{30,90}$/) },
    {
      weight: 2,
      arbitrary: fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\\', ' '), maxLength: 70 }),
    },
  );
  const table = fc.array(fc.tuple(cell, cell), { maxLength: 12 });
  /** As Spark writes it: quoted, quotes and escapes escaped. */
  const spelled = (text: string): string =>
    /^[a-z]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

  test('rows that are too long are one bad row each, and all others are what they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        cuts,
        fc.nat(14),
        fc.constantFrom('\n', '\r\n'),
        async (rows, sizes, skipped, end) => {
          const lines = rows.map((row) => row.map(spelled).join(','));
          const text = `id,note${end}${lines.map((line) => line + end).join('')}`;
          const read = await rowsOf(
            new CutFile('a.csv', text, sizes),
            { format: 'csv', limits },
            skipped + 1,
          );
          expect(shown(read)).toEqual(
            rows
              .map(([id, note], i) => {
                const length = (lines[i] ?? '').length + end.length - 1;
                return length > MOST ? 'decode.too-large' : { id, note };
              })
              .slice(skipped),
          );
          expect(read.map(({ number }) => number)).toEqual(rows.map((_, i) => i + 1).slice(skipped));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('any text is the same rows however it is cut and wherever reading begins', async () => {
    const units = fc.constantFrom(...'aaa,";\\\n\r \t', '\uFFFD', '"\n', '""', '\\"');
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: units, maxLength: 200 }),
        cuts,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom({}, { ignoreLeadingWhiteSpace: false }, { quote: '\0' }, { escape: '"' }),
        async (text, sizes, from, options) => {
          const csv = { ...options, delimiter: ',', header: ['a', 'b'] };
          await expectSame(text, { format: 'csv', csv, limits: { rowLength: 12 } }, sizes, from);
          await expectSame(text, { format: 'csv', csv: options, limits: { rowLength: 12 } }, sizes, from);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('a row that swallows lines says so; one that nothing closes refuses the file', async () => {
    const text = `a,b\n1,"${'2\n'.repeat(30)}"\n3,4\n`;
    const [first, second] = await rowsOf(new MemoryFile('a.csv', text), { limits });
    expect(first?.cells.ok === false && first.cells.fault.message).toMatch(
      /31 lines: .* compare the settings/,
    );
    expect(second).toMatchObject({ number: 2, cells: { value: { a: '3', b: '4' } } });
    for (const file of [`a,b\n1,"${'2\n'.repeat(30)}`, `a,"${'b'.repeat(50)}\n1,2\n`])
      await expect(rowsOf(new MemoryFile('a.csv', file, 7), { limits })).rejects.toMatchObject({
        code: 'file.refused',
      });
  });

  test('a first row that is too long refuses the file without looking for its end', async () => {
    const file = new MemoryFile('a.csv', `a,b${'x'.repeat(8_000_000)}\n1,2\n`);
    await expect(openTable(file, { format: 'csv' })).rejects.toMatchObject({ code: 'file.refused' });
    expect([file.opened, file.given < 3_000_000]).toEqual([0, true]);
  });
});

describe('JSON', () => {
  const list = fc.array(fc.constantFrom({ x: 1 }, { y: ['{', '\\"', ']'] }, 7, 'a\nb'), { maxLength: 8 });
  const record = fc.oneof(
    { weight: 3, arbitrary: fc.record({ id: fc.nat(99) }) },
    { weight: 1, arbitrary: fc.record({ id: fc.nat(99), list }) },
    {
      weight: 1,
      arbitrary: fc.record({ id: fc.nat(99), text: fc.stringMatching(/^[ -Z]{30,80}$/) }),
    },
  );
  /** Printed so that lines within a record begin as records do. */
  const flat = (one: { readonly id: number }): string =>
    JSON.stringify(one).replaceAll('},{', '},\n{').replace('[{', '[\n{');
  const LAYOUTS: Readonly<Record<string, (texts: readonly string[]) => string>> = {
    'one after another': (texts) => texts.join('\n'),
    'in one line': (texts) => texts.join(' '),
    'a list': (texts) => `[\n${texts.join(',\n')}\n]`,
    'a list in one line': (texts) => `[${texts.join(',')}]`,
    'an envelope': (texts) => `{"profiles":[\n  ${texts.join(',\n  ')}]}`,
  };
  const PRINTS = [JSON.stringify, flat, (one: object) => JSON.stringify(one, null, 2)] as const;

  test.each(Object.entries(LAYOUTS))(
    'records that are too long are one bad row each: %s',
    async (_, layout) => {
      const records = fc.array(record, { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(
          records,
          cuts,
          fc.nat(8),
          fc.constantFrom(...PRINTS),
          fc.boolean(),
          async (all, sizes, skipped, print, isMarked) => {
            const texts = all.map((one) => print(one));
            const text = `${isMarked ? '\uFEFF' : ''}${layout(texts)}`;
            const read = await rowsOf(
              new CutFile('a.json', text, sizes),
              { format: 'json', limits },
              skipped + 1,
            );
            const expected = all.map((one, i) =>
              Buffer.byteLength(texts[i] ?? '') > MOST ? 'decode.too-large' : JSON.parse(JSON.stringify(one)),
            );
            expect(shown(read)).toEqual(expected.slice(skipped));
            expect(read.map(({ number }) => number)).toEqual(all.map((_one, i) => i + 1).slice(skipped));
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  test('any text is the same rows however it is cut and wherever reading begins', async () => {
    const units = fc.constantFrom(
      ...['{', '}', '[', ']', '"', '\\', ':', ',', '\n', '\n  ', ' ', 'a', '1', '{"a":1}', '{"a":[\n'],
      ...['{"profiles":[', '\n{"b":2}', '"x":', 'xxxxxxxx', '},\n{"c":3', '    '],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.constantFrom('{', '[', '{"a":1}\n'), fc.string({ unit: units, maxLength: 60 })),
        cuts,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(12, 30, 70),
        async ([head, text], sizes, from, rowLength) => {
          await expectSame(head + text, { format: 'json', limits: { rowLength } }, sizes, from);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test.each([
    ['within a string', `{"a":"${'x'.repeat(50)}`],
    ['within a list', `{"a":[${'1,'.repeat(30)}2`],
    ['behind a bracket that does not fit', `{"a":[${'1,'.repeat(30)}2}`],
  ])(
    'behind a record that is too long and breaks off %s reading goes on in the next line',
    async (_, text) => {
      const read = await rowsOf(new MemoryFile('a.json', `{"a":1}\n${text}\n{"b":2}\n{"c":3}\n`, 9), {
        limits,
      });
      expect(shown(read)).toEqual([{ a: 1 }, 'decode.too-large', { b: 2 }, { c: 3 }]);
    },
  );
});

/** A record of many mebibytes that is made up while it is read. */
function hugeFile(name: string, before: string, piece: string, after: string, pieces: number): FileBytes {
  const part = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
  return {
    name,
    size: before.length + part.length * pieces + after.length,
    async *open() {
      yield Buffer.from(before);
      for (let i = 0; i < pieces; i++) yield part;
      yield Buffer.from(after);
    },
  };
}

/** Bytes of what is alive, and of what has not been collected yet. */
function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('memory', () => {
  test.each([
    ['a.csv', 'a,b\n1,2\n3,', 'xyz', '\n5,6\n'],
    ['quoted.csv', 'a,b\n1,2\n3,"', 'xxxxxxxxxxxxxxxx""yyyyyyyyyyyyyy\n', '"\n5,6\n'],
    ['list.json', '[{"a":"1","b":"2"},\n{"a":[', '{"b":"3"},\n', '1]},\n{"a":"5","b":"6"}]'],
    ['text.json', '{"a":"1","b":"2"}\n{"a":"', 'x\\"y', '"}\n{"a":"5","b":"6"}\n'],
    ['line.json', '{"a":"1","b":"2"}\n', 'xyz', '\n{"a":"5","b":"6"}\n'],
  ])('of a row of 128 MiB no more is held than a row may have: %s', async (name, before, piece, after) => {
    const table = await openTable(hugeFile(name, before, piece, after, 2048), {});
    const rows: TableRow[] = [];
    const start = inUse();
    let most = 0;
    for await (const some of table.rows()) {
      rows.push(...some);
      most = Math.max(most, inUse() - start);
    }
    expect(shown(rows)).toEqual([{ a: '1', b: '2' }, 'decode.too-large', { a: '5', b: '6' }]);
    expect(rows[1]?.cells.ok === false && rows[1].cells.fault.message).toContain(`${LIMITS.messageBytes}`);
    expect(most).toBeLessThan(96 * 2 ** 20);
  });
});
