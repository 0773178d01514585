import { utimes, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/core/ports.js';
import { loadFunctions } from '../../shared/tools/functions.js';
import { functionsFile, loaded, lookingAt, outcome } from './functions-file.js';

describe('a file of functions', () => {
  test.each(['mine.mjs', 'mine.js', 'mine.ts'])('is loaded from %s, wherever it lies', async (name) => {
    const found = await loaded(
      `export const f = defineRule({ reads: { paths: ['points'] }, holds: ({ value }) => value('points') > 1000 });`,
      name,
    );
    expect(found.kind).toBe('rule');
    expect(found.reads).toEqual({ paths: ['points'], identities: [], audiences: [], now: false });
    expect(outcome(found, lookingAt({ points: 1200 }))).toEqual({ is: true });
    expect(outcome(found, lookingAt({ points: 7 }))).toEqual({ is: false });
  });

  test('may be TypeScript with types, imports of its own and a package that is CommonJS', async () => {
    const file = await functionsFile(
      'typed.ts',
      `import { defineMapping, type Json } from 'tributary/functions';
       import { basename } from 'node:path';
       interface Line { sku: string }
       const isLine = (value: Json | undefined): value is Json & Line => typeof value === 'object' && value !== null;
       export const sku = defineMapping({
         reads: { paths: ['line'] },
         value: ({ value }) => { const line = value('line'); return isLine(line) ? basename(line.sku) : undefined; },
       });`,
    );
    const functions = await loadFunctions(file);
    const sku = functions.ok ? functions.value.get('sku') : undefined;
    expect(sku && outcome(sku, lookingAt({ line: { sku: 'a/b' } }))).toEqual({ is: 'b' });
    expect(sku && outcome(sku)).toEqual({ is: undefined });
  });

  test('is read again when it has changed', async () => {
    const text = (holds: boolean) =>
      `import { defineRule } from 'tributary/functions'; export const f = defineRule({ reads: {}, holds: () => ${holds} });`;
    const file = await functionsFile('mine.mjs', text(true));
    const first = await loadFunctions(file);
    await writeFile(file, text(false));
    await utimes(file, 5, 5);
    const second = await loadFunctions(file);
    const is = (from: typeof first): unknown => {
      const f = from.ok ? from.value.get('f') : undefined;
      return f && outcome(f);
    };
    expect([is(first), is(second)]).toEqual([{ is: true }, { is: false }]);
  });

  test('may export other things', async () => {
    const file = await functionsFile(
      'mine.mjs',
      `import { defineRule } from 'tributary/functions';
       export const limit = 5;
       export const helper = () => limit;
       export default defineRule({ reads: {}, holds: () => true });`,
    );
    const functions = await loadFunctions(file);
    expect(functions.ok && [...functions.value.keys()]).toEqual(['default']);
  });

  test.each([
    ['mine.py', '', 'config.unreadable', 'must be a .js, .mjs or .ts file'],
    ['mine.mjs', 'export const = 5', 'config.unreadable', 'cannot be loaded: '],
    ['mine.ts', 'export const = 5', 'config.unreadable', 'mine.ts:1:14: Expected identifier but found "="'],
    ['mine.mjs', 'throw new Error("not today")', 'config.unreadable', 'cannot be loaded: not today'],
    ['mine.mjs', 'import "no-such-package"', 'config.unreadable', 'no-such-package'],
    ['mine.ts', 'import "no-such-package"', 'config.unreadable', 'Could not resolve "no-such-package"'],
    [
      'mine.mjs',
      'export const f = () => true',
      'config.invalid',
      'exports nothing that defineRule or defineMapping made',
    ],
  ])('%s with %j is refused', async (name, text, code, message) => {
    const functions = await loadFunctions(await functionsFile(name, text));
    expect(functions).toMatchObject({
      ok: false,
      fault: { code, message: expect.stringContaining(message) },
    });
  });

  test('that is not there is refused', async () => {
    const functions = await loadFunctions('no/such/file.mjs');
    expect(functions).toMatchObject({ ok: false, fault: { code: 'config.unreadable' } });
  });

  test.each([
    [`defineRule({ reads: { paths: ['a b'] }, holds: () => true })`, 'must be an attribute path'],
    [`defineRule({ reads: { paths: 'a' }, holds: () => true })`, 'expected array'],
    [`defineRule({ reads: { attributes: [] }, holds: () => true })`, 'Unrecognized key: "attributes"'],
    [`defineRule({ holds: () => true })`, 'reads'],
    [`defineRule({ reads: {} })`, 'must be a function'],
    [`defineMapping({ reads: {}, holds: () => true })`, 'must be a function'],
  ])('with %s is refused by name', async (made, message) => {
    await expect(loaded(`export const f = ${made};`)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(new RegExp(`"f": [^]*${message}`)),
    });
  });
});

describe('a function', () => {
  test('sees the person, and nothing it did not say it reads', async () => {
    const found = await loaded(`export const f = defineMapping({
      reads: { paths: ['a'], identities: ['Email'], audiences: ['hot'], now: true },
      value: ({ value, identity, member, key, now }) =>
        [value('a') ?? 'none', identity('email') ?? 'none', member('hot'), key, now.toISOString()],
    });`);
    expect(outcome(found)).toEqual({
      is: ['none', 'ada@example.com', true, 'k-1', '2026-02-01T00:00:00.000Z'],
    });
  });

  test.each([
    [`value('b')`, 'it asks for something that its reads.paths do not name'],
    [`identity('phone')`, 'it asks for something that its reads.identities do not name'],
    [`member('cold')`, 'it asks for something that its reads.audiences do not name'],
    ['now', 'it asks for now, but its reads do not say now: true'],
  ])('that asks for %s without reading it decides nothing', async (ask, message) => {
    const found = await loaded(
      `export const f = defineRule({ reads: { paths: ['a'] }, holds: (p) => { const { value, identity, member } = p; return ${ask === 'now' ? 'p.now' : ask} !== 1; } });`,
    );
    expect(outcome(found)).toBe(`rule.undecided: the function "f" failed: ${message}`);
  });

  test.each([
    ['defineRule', `holds: () => { throw new TypeError('ada@example.com'); }`, 'failed: a TypeError'],
    ['defineRule', `holds: () => { throw 'ada@example.com'; }`, 'failed: something that is no Error'],
    ['defineRule', `holds: ({ value }) => value('a').b.c`, 'failed: a TypeError'],
    ['defineRule', `holds: () => 'ada@example.com'`, 'must give true or false, not a value of type string'],
    ['defineRule', `holds: () => undefined`, 'must give true or false, not a value of type undefined'],
    ['defineRule', `holds: () => 1`, 'must give true or false, not a value of type number'],
    ['defineRule', `holds: async () => true`, 'answers later (a promise); it must answer at once'],
    ['defineRule', `holds: async () => { throw new Error('later'); }`, 'answers later (a promise)'],
    ['defineRule', `holds: function f() { return f(); }`, 'failed: a RangeError'],
    ['defineMapping', `value: async () => 'a'`, 'answers later (a promise)'],
    ['defineMapping', `value: () => Number.NaN`, 'must give JSON, not a value of type number'],
    ['defineMapping', `value: () => 10n`, 'must give JSON, not a value of type bigint'],
    ['defineMapping', `value: () => new Date(0)`, 'must give JSON, not a value of type object'],
    ['defineMapping', `value: () => ({ a: undefined })`, 'must give JSON'],
    ['defineMapping', `value: () => [() => 1]`, 'must give JSON, not a list'],
    ['defineMapping', `value: () => { const a = {}; a.a = a; return a; }`, 'must give JSON'],
    ['defineMapping', `value: () => ({ get a() { throw new Error('x'); } })`, 'failed: a Error'],
    ['defineMapping', `value: () => Array(20000).fill(1)`, 'must give JSON, not a list'],
  ])('%s({ %s }) decides nothing, and says why without its words', async (define, body, message) => {
    const found = await loaded(`export const f = ${define}({ reads: { paths: ['a'] }, ${body} });`);
    const said = outcome(found);
    expect(said).toContain(message);
    expect(said).toContain('rule.undecided: the function "f" ');
    expect(said).not.toContain('ada');
    // A promise that fails must not end the process: let it.
    await new Promise((done) => setTimeout(done, 0));
  });

  test('that fails is told with its line, where the file was not bundled', async () => {
    const file = await functionsFile(
      'mine.mjs',
      `export const f = {
         kind: 'rule', [Symbol.for('tributary.function')]: true, reads: {},
         holds: ({ key }) => key.no.such,
       };`,
    );
    const functions = await loadFunctions(file);
    const found = functions.ok ? functions.value.get('f') : undefined;
    expect(found && outcome(found)).toMatch(/ failed: a TypeError at mine\.mjs:3:\d+$/);
  });

  test.each<[string, Json | undefined]>([
    ['"a"', 'a'],
    ['null', null],
    ['undefined', undefined],
    ['({ a: [1, { b: true }] })', { a: [1, { b: true }] }],
    ['Object.create(null)', {}],
  ])('may map to %s', async (value, expected) => {
    expect(
      outcome(await loaded(`export const f = defineMapping({ reads: {}, value: () => ${value} });`)),
    ).toEqual({
      is: expected,
    });
  });

  test('cannot change what is known of a person, nor what it gave before', async () => {
    const found = await loaded(`const kept = [];
      export const f = defineMapping({
        reads: { paths: ['list'] },
        value: ({ value }) => { const list = value('list'); list.push('mine'); kept.push('more'); return kept; },
      });`);
    const list: Json[] = ['theirs'];
    const first = outcome(found, lookingAt({ list }));
    outcome(found, lookingAt({ list }));
    expect(list).toEqual(['theirs']);
    expect(first).toEqual({ is: ['more'] });
  });
});
