import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { packRules, RULES_FOLDER } from '../../build/rules.js';
import { loadPlainConfig } from '../../shared/config/plain-config.js';
import { readConfig } from '../../shared/config/read-config.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { loadFunctions } from '../../shared/tools/functions.js';

const ROOT = resolve(import.meta.dirname, '../..');

const RULES = `
audiences: { hot: hot-1 } # a comment does not ship
person: { key: [crmid] }
connections:
  sales: { type: http, url: "https://$\{SALES_HOST}/rows" }
rules:
  - name: r
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Score: { function: shout } } }]
`;

const FUNCTIONS = `
import { defineMapping } from 'tributary/functions';
import { loud } from './loud.ts';
export const shout = defineMapping({ reads: { paths: ['person.name'] }, value: ({ value }) => loud(String(value('person.name'))) });
`;
const LOUD = 'export const loud = (text: string): string => text.toUpperCase();\n';

/** A folder with a customer's files; it goes when the test is over. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-rules-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function packed(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await folderWith(files);
  const functions = files['mine.ts'] === undefined ? undefined : join(folder, 'mine.ts');
  await packRules(ROOT, { config: join(folder, 'tributary.yaml'), functions }, folder);
  return join(folder, RULES_FOLDER);
}

const SETTINGS = { SALES_HOST: 'sales.example.com' };

test('functions of the customer, with what they import, become one module that the packed rules run with', async () => {
  const into = await packed({ 'tributary.yaml': RULES, 'mine.ts': FUNCTIONS, 'loud.ts': LOUD });
  expect(JSON.parse(await readFile(join(into, 'built.json'), 'utf8'))).toMatchObject({
    functions: `${RULES_FOLDER}/functions.mjs`,
  });
  const functions = join(into, 'functions.mjs');
  expect(await readFile(functions, 'utf8')).not.toMatch(/from ['"](?:\.|tributary)/);
  expect(Object.keys(await import(pathToFileURL(functions).href))).toEqual(['shout']);
  const loaded = await loadFunctions(functions);
  expect(loaded.ok && [...loaded.value.keys()]).toEqual(['shout']);
  const config = await readConfig(join(into, 'tributary.json'), functions, SETTINGS);
  expect(config.connections.get('sales')).toMatchObject({ url: 'https://sales.example.com/rows' });
});

const PLAIN = RULES.replace('{ function: shout }', '1');

test('rules without functions say so, and hold nothing but JSON', async () => {
  const into = await packed({ 'tributary.yaml': PLAIN });
  expect(JSON.parse(await readFile(join(into, 'built.json'), 'utf8'))).toMatchObject({ functions: '' });
  const text = await readFile(join(into, 'tributary.json'), 'utf8');
  expect(text).not.toContain('a comment');
  expect(JSON.parse(text)).toMatchObject({ audiences: { hot: 'hot-1' } });
});

test.each([
  ['a function that is nowhere', RULES, /shout/],
  ['a fault, with its line', PLAIN.replace('member: hot', 'member: hto'), /tributary\.yaml:8:.*hto/s],
  ['a value that JSON has not', PLAIN.replace('Score: 1', 'Score: .inf'), /JSON has not|tributary\.yaml:9/],
])('%s is refused', async (_, text, said) => {
  await expect(packed({ 'tributary.yaml': text })).rejects.toThrow(said);
});

test('a rule file that is not there is refused with what to set', async () => {
  await expect(packed({})).rejects.toThrow('set TRIBUTARY_CONFIG to the path of your rule file');
});

const load = (value: unknown, settings = {}) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return loadPlainConfig(text, 'rules.json', settings, NO_TOOLS);
};

test('what a build wrote is read as it would be from YAML; what is no JSON is no build', async () => {
  const text = await readFile(join(await packed({ 'tributary.yaml': PLAIN }), 'tributary.json'), 'utf8');
  const config = load(text, SETTINGS);
  expect(config.ok && config.value.rules).toBeDefined();
  expect(load('{"audiences":')).toMatchObject({
    ok: false,
    fault: { code: 'config.syntax', message: expect.stringContaining('build the package again') },
  });
});

test('what is wrong with it is told by its path, all of it', async () => {
  const text = await readFile(join(await packed({ 'tributary.yaml': PLAIN }), 'tributary.json'), 'utf8');
  const missing = load(text);
  expect(missing).toMatchObject({ ok: false, fault: { code: 'config.invalid' } });
  expect(!missing.ok && missing.fault.message).toMatch(
    /1 fault.*connections\.sales\.url: the setting SALES_HOST is not set/s,
  );
  const two = load({ ...JSON.parse(text), person: 7, rules: 8 }, SETTINGS);
  expect(!two.ok && two.fault.message).toMatch(/person.*rules/s);
  expect(load(null)).toMatchObject({ ok: false, fault: { message: expect.stringContaining('empty') } });
});
