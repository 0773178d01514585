import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAdobe } from '../../cli/adobe.js';
import { MESSAGE_TEMPLATE } from '../../shared/adobe/template.js';
import { readTemplate } from '../adobe/pebble-reader.js';
import { runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-adobe-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = 'examples/sales-follow-up/tributary.yaml';
const URL_ARGS = ['--url', 'https://tributary.example.com', '--config', config];
const STREAMS = [
  '--kinesis',
  'arn:aws:kinesis:eu-central-1:123456789012:stream/exports',
  '--event-hub',
  'acme-events/exports',
];
const adobe = (...args: readonly string[]) => runLent(runAdobe, args);

/** Every text in a value, at any depth. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const written = (): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
const bodies = (): ReadonlyMap<string, unknown> =>
  new Map(
    written()
      .filter((path) => path.endsWith('.json'))
      .map((path) => [path, JSON.parse(read(path)) as unknown]),
  );

describe('the files', () => {
  beforeAll(async () => {
    const said = await adobe(...URL_ARGS, ...STREAMS, '--out', folder);
    expect(said).toMatchObject({ status: 0, err: '' });
    expect(said.out.trim().split('\n').sort()).toEqual(written().map((path) => join(folder, path)));
  });

  test('there is one for each step of each way', () => {
    expect(written()).toEqual([
      'CHECKLIST.md',
      'destination-sdk/1-server.json',
      'destination-sdk/2-schema-server.json',
      'destination-sdk/3-audience-template.json',
      'destination-sdk/4-destination.json',
      'destination-sdk/5-render-test.json',
      'event-hubs/fields.json',
      'event-hubs/rights.sh',
      'files/1-server-azure-blob.json',
      'files/1-server-s3.json',
      'files/2-destination-azure-blob.json',
      'files/2-destination-s3.json',
      'http-api/fields.json',
      'kinesis/fields.json',
      'kinesis/policy.json',
    ]);
  });

  test('an id that Adobe gives out is named after the file whose answer has it', () => {
    const ids = [...bodies().values()].flatMap(textsIn).filter((text) => text.startsWith('<instanceId of '));
    expect(ids.length).toBeGreaterThan(4);
    for (const id of ids) expect(written()).toContain(/^<instanceId of (.*)>$/.exec(id)?.[1]);
  });

  test('every template in them is of the language Adobe takes', () => {
    const templates = [...bodies().values()].flatMap(textsIn).filter((text) => /\{[{%]/.test(text));
    expect(templates).toContain(MESSAGE_TEMPLATE);
    for (const template of templates) expect(() => readTemplate(template)).not.toThrow();
  });

  test('every address is of this deployment', () => {
    const addresses = [...bodies().values()].flatMap(textsIn).filter((text) => text.includes('://'));
    for (const address of addresses) expect(address).toMatch(/^https:\/\/tributary\.example\.com\//);
  });

  test('what the rules read is what the destination can be given', () => {
    expect(bodies().get('destination-sdk/4-destination.json')).toMatchObject({
      identityNamespaces: { crmid: {}, email: { acceptedGlobalNamespaces: { Email: {} } } },
    });
    for (const path of ['person.name.firstName', 'loyalty.points', 'consents.marketing.call.val'])
      expect(read('CHECKLIST.md')).toContain(`\`${path}\``);
  });

  test('Adobe may write to one stream, encrypted or not, list streams, and do nothing else', () => {
    expect(bodies().get('kinesis/policy.json')).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'AdobeListsStreams', Effect: 'Allow', Action: 'kinesis:ListStreams', Resource: '*' },
        {
          Sid: 'AdobeWritesExports',
          Effect: 'Allow',
          Action: ['kinesis:PutRecord', 'kinesis:PutRecords'],
          Resource: 'arn:aws:kinesis:eu-central-1:123456789012:stream/exports',
        },
        {
          Sid: 'AdobeEncryptsExports',
          Effect: 'Allow',
          Action: 'kms:GenerateDataKey',
          Resource: 'arn:aws:kms:eu-central-1:123456789012:key/*',
          Condition: {
            StringEquals: {
              'kms:EncryptionContext:aws:kinesis:arn':
                'arn:aws:kinesis:eu-central-1:123456789012:stream/exports',
            },
          },
        },
      ],
    });
  });

  test('the script for Event Hubs is one that a shell reads, and stops when it is not told which group', () => {
    const script = join(folder, 'event-hubs/rights.sh');
    execFileSync('/bin/sh', ['-n', script]);
    const run = () => execFileSync('/bin/sh', [script], { env: { PATH: '/nowhere' }, stdio: 'pipe' });
    expect(run).toThrow('RESOURCE_GROUP');
  });

  test('no time in a file is without its hour, and no export overwrites the last', () => {
    for (const kind of ['s3', 'azure-blob']) {
      expect(read(`files/1-server-${kind}.json`)).toContain("yyyy-MM-dd'T'HH:mm:ss");
      expect(bodies().get(`files/2-destination-${kind}.json`)).toMatchObject({
        batchConfig: {
          filenameConfig: {
            defaultFilename: '%DESTINATION%_%SEGMENT_ID%',
            defaultFilenameAppendOptions: ['DATETIME'],
          },
        },
      });
    }
  });
});

test('with the ARN of the stream’s key Adobe may use that key and no other', async () => {
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const said = await adobe(...URL_ARGS, ...STREAMS, '--kinesis-key', key, '--json');
  const { files } = JSON.parse(said.out) as { files: Record<string, string> };
  expect(files['kinesis/policy.json']).toContain(`"Resource": "${key}"`);
  expect(files['kinesis/policy.json']).not.toContain('key/*');
});

test('without --out it prints the checklist, with --json every file', async () => {
  const plain = await adobe(...URL_ARGS);
  expect(plain.out).toContain('# Setting Adobe up for https://tributary.example.com\n');
  expect(plain.out).not.toContain('Kinesis');
  const { files } = JSON.parse((await adobe(...URL_ARGS, '--json')).out) as { files: Record<string, string> };
  expect(files['CHECKLIST.md']).toBe(plain.out);
  expect(Object.keys(files)).not.toContain('kinesis/policy.json');
});

test('the way Adobe proves itself is in every body', async () => {
  const bearer = await adobe(...URL_ARGS, '--json', '--login', 'bearer');
  const { files } = JSON.parse(bearer.out) as { files: Record<string, string> };
  expect(files['destination-sdk/4-destination.json']).toContain('"authType": "BEARER"');
  expect(files['destination-sdk/3-audience-template.json']).toContain('Bearer {{authData.token}}');
  const oauth = (await adobe(...URL_ARGS, '--json')).out;
  expect(oauth).toContain('oauth2ServiceAccessToken');
  expect(oauth).not.toContain('authData.token');
});

test('an address below a path keeps it, without a slash at the end', async () => {
  const { out } = await adobe('--url', 'https://api.example.com/stage/', '--config', config, '--json');
  expect(out).toContain('https://api.example.com/stage/v1/exports/{{customerData.source}}');
});

test.each([
  [[], '--url is missing'],
  [['--url', 'http://tributary.example.com'], '--url takes an https address'],
  [['--url', 'https://a.example.com/?x=1'], '--url takes an https address'],
  [[...URL_ARGS, '--login', 'basic'], '--login takes oauth2 or bearer'],
  [[...URL_ARGS, '--kinesis', 'exports'], '--kinesis takes the ARN'],
  [
    [...URL_ARGS, ...STREAMS, '--kinesis-key', 'arn:aws:kms:eu-central-1:123456789012:alias/x'],
    '--kinesis-key takes',
  ],
  [[...URL_ARGS, '--kinesis-key', 'arn:aws:kms:eu-central-1:123456789012:key/x'], 'goes with --kinesis'],
  [[...URL_ARGS, '--event-hub', 'exports; rm -rf /'], '--event-hub takes NAMESPACE/HUB'],
  [[...URL_ARGS, '--config', 'nowhere.yaml'], 'config.unreadable'],
  [[...URL_ARGS, '--out', `${config}/below`], 'config.unreadable'],
  [[...URL_ARGS, '--sideways'], 'sideways'],
])('wrong use is told and answered with 2: %j', async (args, text) => {
  const said = await adobe(...args);
  expect(said).toMatchObject({ status: 2, out: '', err: expect.stringContaining(text) });
});

test('--help tells every option', async () => {
  const { status, out } = await adobe('--help');
  expect(status).toBe(0);
  for (const option of [
    '--url',
    '--out',
    '--login',
    '--kinesis',
    '--kinesis-key',
    '--event-hub',
    '--config',
    '--functions',
    '--json',
  ])
    expect(out).toContain(option);
});
