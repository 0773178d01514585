import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SETTINGS as AZURE_SETTINGS } from '../infra/azure/app.js';
import { settingOfSecret } from '../shared/secrets.js';
import { OWN_SECRETS } from '../shared/settings/own-secrets.js';
import { GROUPS, isNeeded, SETTING_NAMES, settingNamed } from '../shared/settings/table.js';
import { kindOf, shownTables, tables } from './docs/settings-page.js';

const ROOT = resolve(import.meta.dirname, '..');

/** Where rows are written down: a name there is nobody's reading of it. */
const TABLE = /^shared\/(?:settings\/|door\/settings\.ts|doctor\/settings\.ts)/;

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

function filesOf(folder: string, kind: RegExp): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && kind.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const sources = ['shared', 'lambdas', 'functions', 'cli', 'local', 'build'].flatMap((folder) =>
  filesOf(folder, /\.ts$/),
);
const infra = ['serverless.yml', 'local.settings.example.json', ...filesOf('infra', /\.(?:ts|yml|json)$/)];
const pages = ['README.md', ...filesOf('docs', /\.md$/)];
const inCode = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#).*$/gm, '');

/** Names of settings in a text; what stands for some of them (`TRIBUTARY_SECRET_…`) is none. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bTRIBUTARY_[A-Z0-9_]*[A-Z0-9](?!(?!__)[A-Z0-9_]|…)/g)].map(([name]) => name);

const isKnown = (name: string): boolean =>
  settingNamed(name) !== undefined || name.startsWith('TRIBUTARY_SECRET');

test.each([
  ['code', sources],
  ['what is deployed', infra],
  ['pages', pages],
])('%s: no setting is named that the table has not', (_, files) => {
  expect(files.length).toBeGreaterThan(10);
  const strange = files.flatMap((file) =>
    namesIn(read(file)).flatMap((name) => (isKnown(name) ? [] : [`${file}: ${name}`])),
  );
  expect(strange).toEqual([]);
});

test('the search finds names', () => {
  expect(namesIn("env['TRIBUTARY_STAET'], TRIBUTARY_SECRET_…, TRIBUTARY_X__accountName")).toEqual([
    'TRIBUTARY_STAET',
    'TRIBUTARY_X',
  ]);
  expect(isKnown('TRIBUTARY_STAET')).toBe(false);
});

/** Everything that reads settings, without comments and without the table itself. */
const readers = [...sources.filter((file) => !TABLE.test(file)), 'serverless.yml']
  .map((file) => inCode(read(file)))
  .join('\n');

test.each(SETTING_NAMES)('%s is read somewhere', (name) => {
  const reading = [
    `env['${name}']`,
    `.${name}`,
    `%${name}%`,
    `\${env:${name}`,
    `{ ${name}`,
    `  ${name}`,
    `connection: '${name}'`,
  ];
  expect(reading.filter((form) => readers.includes(form))).not.toEqual([]);
});

test('the bindings of the function app name settings of the table', () => {
  const bound = [...read('functions/index.ts').matchAll(/%(\w+)%|connection: '(\w+)'/g)];
  const names = bound.map(([, one, other]) => one ?? other ?? '');
  expect(names).toContain('EVENT_HUB_NAME');
  expect(names.filter((name) => !settingNamed(name))).toEqual([]);
});

test('serverless.yml hands each setting for AWS to the functions, and none that is for Azure', () => {
  const set = new Set(
    [...inCode(read('serverless.yml')).matchAll(/^\s+(TRIBUTARY_\w+):/gm)].map(([, name = '']) => name),
  );
  for (const name of set) expect(settingNamed(name)?.where, name).toContain('AWS');
  const wanted = SETTING_NAMES.filter((name) => settingNamed(name)?.where.includes('AWS'));
  // Read where osls runs, for the name of a bucket.
  expect(wanted.filter((name) => !set.has(name))).toEqual(['TRIBUTARY_LETTERS_BUCKET']);
});

test('the template for Azure sets what must be set there, and none that is for AWS', () => {
  const set = Object.keys(AZURE_SETTINGS).map((name) => name.replace(/__.*/, ''));
  for (const name of set) if (settingNamed(name)) expect(settingNamed(name)?.where, name).toContain('Azure');
  const needed = SETTING_NAMES.filter((name) => {
    const row = settingNamed(name);
    return row?.where.includes('Azure') && isNeeded(row);
  });
  // With the parameter `files` alone.
  expect(needed.filter((name) => !set.includes(name))).toEqual(['TRIBUTARY_FILES_QUEUE']);
});

describe.each(Object.values(GROUPS).flatMap((rows) => Object.entries(rows)))('%s', (_, row) => {
  test('its examples may stand there', () => {
    // A secret that is named is fetched before anybody looks at it.
    for (const example of row.examples)
      if (!example.startsWith('secret:'))
        expect(row.schema.safeParse(example)).toMatchObject({ success: true });
  });

  test('it says what counts unless it is set, exactly once', () => {
    const hasDefault = !isNeeded(row) && row.schema.parse(undefined) !== undefined;
    expect([isNeeded(row), hasDefault, row.unset !== undefined].filter(Boolean)).toHaveLength(1);
  });

  test('what may stand there can be told', () => {
    expect(kindOf(row)).not.toMatch(/undefined|^$/);
  });
});

test('own secrets are those that the code asks for', () => {
  const asked = sources
    .filter((file) => file.startsWith('shared/') && !TABLE.test(file))
    .flatMap((file) =>
      [...inCode(read(file)).matchAll(/'(door-(?:[a-z]+-)*[a-z]+)'/g)].map(([, name]) => name),
    );
  const set = ['log-key', ...asked];
  expect([...new Set(set)].sort()).toEqual(Object.keys(OWN_SECRETS).sort());
  expect(settingOfSecret('door-basic')).toBe('TRIBUTARY_SECRET_DOOR_BASIC');
});

test('docs/settings.md is made from the table', () => {
  // Run with DOCS=write to write the page anew.
  expect(shownTables()).toBe(tables());
});

test.each([
  'README.md',
  'docs/operations.md',
  'docs/deploy-aws.md',
  'docs/deploy-azure.md',
  'docs/stores.md',
  'docs/parking.md',
  'docs/http-door.md',
  'docs/doctor.md',
  'docs/files-operations.md',
])('%s leads to the page of settings', (file) => expect(read(file)).toContain('settings.md'));
