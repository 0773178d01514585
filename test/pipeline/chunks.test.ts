import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedAction } from '../../shared/core/plan.js';
import type { Connector } from '../../shared/core/remote.js';
import { nextWave, turnsOf } from '../../shared/pipeline/waves.js';
import { fakeCrm } from '../support/fakes.js';

const upsert = (key: string, text: string): PlannedAction => ({
  connection: 'crm',
  operation: 'upsert',
  object: 'Contact',
  key: { Id: key },
  fields: new Map([['Name', { value: text, at: 1, hash: text, since: 1, rule: 0 }]]),
  target: `crm/Contact#Id=${key}`,
  causes: [],
});

const bytesOf = (chunk: readonly string[]): number =>
  chunk.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** The rows of each request, as JSON. */
function chunksOf(
  texts: readonly string[],
  limits: Pick<Connector, 'maxRows' | 'maxBytes' | 'bulk' | 'rowsAtOnce'>,
): string[][] {
  const lanes = texts.map((text, i) => ({
    person: `p${i}`,
    actions: [upsert(`k${i}`, text)],
    haste: 'usual' as const,
    outcomes: new Map(),
  }));
  const connectors = new Map([['crm', { ...fakeCrm(), ...limits }]]);
  const [turn = []] = turnsOf(nextWave(lanes, 0), connectors);
  return turn.map((chunk) =>
    chunk.map(({ action: { connection, operation, object, key, fields } }) => {
      const values = Object.fromEntries([...fields].map(([name, { value }]) => [name, value]));
      return JSON.stringify({ connection, operation, object, key, fields: values });
    }),
  );
}

test('a request holds no more rows and bytes than the target takes, and no row is left out', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 50, max: 900 }),
      (all, maxRows, maxBytes) => {
        const chunks = chunksOf(all, { maxRows, maxBytes });
        expect(chunks.flat()).toHaveLength(all.length);
        for (const chunk of chunks) {
          expect(chunk.length).toBeLessThanOrEqual(maxRows);
          // A row that is larger than the limit goes alone; it is for the target to refuse it.
          if (chunk.length > 1) expect(bytesOf(chunk)).toBeLessThanOrEqual(maxBytes);
        }
      },
    ),
  );
});

test('rows that fit together go together', () => {
  expect(chunksOf(['a', 'b', 'c'], { maxRows: 3, maxBytes: 10_000 })).toHaveLength(1);
  expect(chunksOf(['a', 'b', 'c'], { maxRows: 3 })).toHaveLength(1);
  expect(chunksOf(['a', 'b', 'c'], { maxRows: 3, maxBytes: 1 })).toHaveLength(3);
});

test('very many alike go the way for many, where there is one', () => {
  const bulk = { operations: ['upsert'], from: 7, maxRows: 5, maxBytes: 10_000 } as const;
  const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}`);
  const sizes = (count: number, way: Connector['bulk']): number[] =>
    chunksOf(texts(count), { maxRows: 2, ...(way && { bulk: way }) }).map(({ length }) => length);
  expect(sizes(6, bulk)).toEqual([2, 2, 2]);
  expect(sizes(7, bulk)).toEqual([5, 2]);
  expect(sizes(7, { ...bulk, operations: ['delete'] })).toEqual([2, 2, 2, 1]);
  expect(chunksOf(texts(7), { maxRows: 2, bulk: { ...bulk, maxBytes: 1 } })).toHaveLength(7);
});

test('an operation that takes fewer rows than others of its connection is sent in requests of its own size', () => {
  const rowsAtOnce = ({ operation }: { operation: string }) => (operation === 'upsert' ? 2 : 50);
  expect(
    chunksOf(['a', 'b', 'c', 'd', 'e'], { maxRows: 50, rowsAtOnce }).map(({ length }) => length),
  ).toEqual([2, 2, 1]);
});
