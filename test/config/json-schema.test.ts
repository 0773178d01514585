import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { runSchema } from '../../cli/schema.js';
import { fileSchema, fileSchemaText } from '../../shared/config/json-schema.js';
import { runLent } from '../cli/lent-world.js';

const root = new URL('../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(fileSchema());
const faults = (file: unknown): readonly string[] =>
  validate(file)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);

test('the published file is what the schema says today: npm run schema', () => {
  expect(textOf('schema/tributary.schema.json')).toBe(fileSchemaText());
});

test('the command prints it', async () => {
  expect(await runLent(runSchema, [])).toEqual({ status: 0, out: fileSchemaText(), err: '' });
  expect((await runLent(runSchema, ['--wat'])).status).toBe(2);
});

const HEAD = `
audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: { crm: { type: http, url: "https://crm.example.com/x" } }
`;

describe('takes', () => {
  const examples = readdirSync(new URL('examples/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `examples/${name}`);

  test.each([...examples, 'local/demo/tributary.yaml'])('%s', (path) => {
    expect(faults(parse(textOf(path)))).toEqual([]);
  });

  test('every example of the guide to rules', () => {
    const page = textOf('docs/rules.md');
    const [, head = ''] = /^```yaml head\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
    const files = blocks.filter((text) => text.startsWith('rules:'));
    expect(files.length).toBeGreaterThan(5);
    for (const text of files)
      expect({ text, faults: faults(parse(head + text)) }).toEqual({ text, faults: [] });
  });

  test.each([
    ['conditions in one another', 'if: { all: [a = 1, { not: { any: [b exists, { cel: "true" }] } }] }'],
    [
      'every action',
      'otherwise: [{ "remove from": crm/C, list: l, match: { Id: $key } }, { delete: crm/C, match: { Id: p.a } }]',
    ],
    ['sets of audiences', 'when: { member: { none: { namespace: ups } } }'],
  ])('%s', (_, more) => {
    const when = more.startsWith('when') ? '' : 'when: { member: hot }\n    ';
    const text = `${HEAD}rules:\n  - name: r\n    ${when}${more}\n    do: [{ upsert: crm/C, match: { Id: $key }, set: { F: p.a } }]`;
    expect(faults(parse(text))).toEqual([]);
  });
});

const RULE =
  'rules: [{ name: r, when: { member: hot }, do: [{ upsert: crm/C, match: { Id: $key }, set: { F: p.a } }] }]';

describe('refuses', () => {
  test.each([
    ['a member nobody knows', `${HEAD}${RULE}\nwat: 1`],
    ['a part that is missing', HEAD],
    ['an audience that is a number', (HEAD + RULE).replace('hot-1', '1')],
    ['a slip in when', (HEAD + RULE).replace('member: hot', 'memer: hot')],
    ['two triggers', (HEAD + RULE).replace('member: hot', 'member: hot, left: hot')],
    ['a slip in an action', (HEAD + RULE).replace('match', 'mach')],
    ['a target without object', (HEAD + RULE).replace('crm/C', 'crm')],
    ['a match of two fields', (HEAD + RULE).replace('Id: $key', 'Id: $key, B: p.a')],
    ['a match of none', (HEAD + RULE).replace('{ Id: $key }', '{}')],
    ['a text that is no path', (HEAD + RULE).replace('p.a', 'p a')],
    ['a slip in a source', (HEAD + RULE).replace('p.a', '{ form: p.a }')],
    ['a cast nobody knows', (HEAD + RULE).replace('p.a', '{ from: p.a, as: lower }')],
    ['a field of ours', (HEAD + RULE).replace('F: p.a', '$F: p.a')],
    ['a condition that is a number', (HEAD + RULE).replace('do:', 'if: 5, do:')],
    ['a rule that does nothing', `${HEAD}rules: [{ name: r, when: { member: hot }, do: [] }]`],
    [
      'a send in otherwise',
      (HEAD + RULE).replace('do:', 'otherwise: [{ send: crm/T, set: { F: p.a } }], do:'),
    ],
    ['a type of connection nobody knows', (HEAD + RULE).replace('type: http', 'type: https')],
    ['a slip in a connection', (HEAD + RULE).replace('url:', 'ulr:')],
    ['a secret in the file', (HEAD + RULE).replace('url:', 'auth: { bearer: { token: abc } }, url:')],
    ['leave for what nobody can do', (HEAD + RULE).replace('url:', 'allow: [drop], url:')],
    ['a test without expectation', `${HEAD}${RULE}\ntests: [{ name: t, given: { member: hot } }]`],
  ])('%s', (_, text) => {
    expect(faults(parse(text))).not.toEqual([]);
  });

  test('but the file they were made from', () => {
    expect(faults(parse(HEAD + RULE))).toEqual([]);
  });
});

const Member = z.looseObject({ description: z.string().optional(), $ref: z.string().optional() });
const Node = z.looseObject({ properties: z.record(z.string(), Member) });
const Top = z.looseObject({
  definitions: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
});

/** Every object of a schema, however deep. */
const nodesOf = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(nodesOf)] : [];

test('editors show what each member of the file, a rule, a trigger and an action is', () => {
  const schema = Top.parse(fileSchema());
  const described = new Set<string>();
  for (const node of nodesOf(schema))
    for (const [name, { description, $ref }] of Object.entries(Node.safeParse(node).data?.properties ?? {}))
      if (description ?? schema.definitions[$ref?.split('/').at(-1) ?? '']?.description) described.add(name);
  const members = [
    ...[
      'audiences',
      'person',
      'key',
      'consent',
      'require',
      'withdrawn',
      'backfill',
      'profile',
      'connections',
      'rules',
    ],
    ...[
      'tests',
      'name',
      'when',
      'if',
      'do',
      'otherwise',
      'stop',
      'entered',
      'left',
      'stayed',
      'member',
      'changed',
    ],
    ...[
      'upsert',
      'update',
      'add to',
      'remove from',
      'send',
      'delete',
      'match',
      'set',
      'list',
      'from',
      'as',
      'allow',
    ],
  ];
  expect(members.filter((name) => !described.has(name))).toEqual([]);
});
