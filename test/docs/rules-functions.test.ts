import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Rule } from '../../shared/core/rules.js';
import { toolsFor } from '../../shared/tools/load.js';
import { functionsFile, lookingAt, outcome } from '../tools/functions-file.js';
import { blocks, page } from './markdown.js';

const docs = page('rules-functions.md');
const [code = ''] = blocks(docs, 'ts');
const [rule = ''] = blocks(docs, 'yaml');

test('the example does what it says', async () => {
  const { functions } = await toolsFor(rule, await functionsFile('mine.ts', code));
  const run = (name: string, values: Parameters<typeof lookingAt>[0]): unknown => {
    const found = functions.get(name);
    return found && outcome(found, lookingAt(values));
  };
  expect(run('spendsMore', { orders: [{ total: 10 }, { total: 30 }] })).toEqual({ is: true });
  expect(run('spendsMore', { orders: [{ total: 30 }, { total: 10 }] })).toEqual({ is: false });
  expect(run('spendsMore', {})).toEqual({ is: false });
  const name = { 'person.name.firstName': 'Ada', 'person.name.lastName': 'Okafor' };
  expect(run('shortName', name)).toEqual({ is: 'Ada O.' });
  expect(run('shortName', {})).toEqual({ is: undefined });
});

test('the rule is one, and names what the file exports', async () => {
  expect(Rule.safeParse({ name: 'x', ...parse(rule) }).success).toBe(true);
  const { functions } = await toolsFor(rule, await functionsFile('mine.ts', code));
  const named = [...rule.matchAll(/function: (\w+)/g)].map(([, name]) => name);
  expect([...functions.keys()].sort()).toEqual(named.sort((a = '', b = '') => a.localeCompare(b)));
});
