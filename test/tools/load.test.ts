import { expect, test } from 'vitest';
import { NO_TOOLS, type Tools } from '../../shared/core/tools.js';
import { toolsFor } from '../../shared/tools/load.js';

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
