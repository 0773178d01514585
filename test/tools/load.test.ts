import { expect, test } from 'vitest';
import { NO_TOOLS, type Tools } from '../../shared/core/tools.js';
import { toolsFor } from '../../shared/tools/load.js';
import { functionsFile } from './functions-file.js';

/** The tools that are not those of a file which needs none. */
const loaded = (tools: Tools): readonly string[] =>
  Object.entries(tools)
    .filter(([name, tool]) => tool !== Object.entries(NO_TOOLS).find(([other]) => other === name)?.[1])
    .map(([name]) => name);

test.each([
  ['set: { F: person.name }', []],
  ['set: { F: { from: v, date: yyyy } }', ['date']],
  ['set: { F: { from: v, phone: DE } }', ['phone']],
  ['set: { F: { from: v, hash: sha256 } }', ['sha256']],
  ['set: { F: { liquid: "{{ v }}" } }', ['liquid']],
  ['set: { F: { liquid: "{{ v }}" }, G: { from: v, date: yyyy } }', ['liquid', 'date']],
  [`if: 'name matches "^A"'`, ['pattern']],
  ['if: { cel: "profile.a > 1" }', ['cel']],
  ['set: { Phone: mobilePhone.number, Updated: lastUpdate }', []],
])('%s needs %j', async (text, names) => {
  expect(loaded(await toolsFor(text)).toSorted()).toEqual(names.toSorted());
});

test('functions come from a file beside the rules, when a rule names one', async () => {
  const file = await functionsFile(
    'mine.mjs',
    `import { defineRule } from 'tributary/functions'; export const f = defineRule({ reads: {}, holds: () => true });`,
  );
  expect([...(await toolsFor('if: { function: f }', file)).functions.keys()]).toEqual(['f']);
  expect((await toolsFor('if: a = 1', file)).functions.size).toBe(0);
});

test('a file of functions that cannot be used stops whoever needs it, and nobody else', async () => {
  await expect(toolsFor('if: { function: f }', 'no/such.mjs')).rejects.toMatchObject({
    code: 'config.unreadable',
  });
  expect(await toolsFor('if: a = 1', 'no/such.mjs')).toEqual(NO_TOOLS);
});
