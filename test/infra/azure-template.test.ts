import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ALARMS } from '../../infra/azure/alerts.js';
import { bicepOf } from '../../infra/azure/bicep.js';
import { RULES } from '../../infra/azure/judge/rules.js';
import { shapeFaults } from '../../infra/azure/judge/shaped.js';
import { EVERYTHING } from '../../infra/azure/template.js';
import { readDoorSettings } from '../../shared/door/settings.js';
import { readSettings } from '../../shared/settings.js';
import { armTypes, emitted, infraJson, main, parametersIn, placeOf, spoil } from './azure-world.js';

const STORAGE = 'Microsoft.Storage/storageAccounts';

const THERE = {
  eventHubNamespace: 'acme',
  eventHubExists: true,
  dataStorage: 'acmedata',
  filesStorage: 'acmefiles',
  keyVault: 'acme-vault',
  workspace: '/subscriptions/1/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/logs',
};

const DEPLOYMENTS: readonly [string, Record<string, unknown>][] = [
  ['with nothing said', {}],
  ['for trials', parametersIn('dev.parameters.json')],
  ['for customers', parametersIn('prod.parameters.json')],
  [
    'with files and secrets',
    { files: true, secrets: ['salesforce'], alertEmails: ['ops@example.com'], readyDoors: 2 },
  ],
  ['beside what is there', { ...THERE, files: true }],
];

describe.each(DEPLOYMENTS)('a deployment %s', (_, given) => {
  const { resources, faults } = main(given);

  test('can be worked out: names, parameters, references and their order', () => {
    expect(faults).toEqual([]);
  });

  test('sends nothing that the published types do not know', () => {
    expect(resources.flatMap((resource) => shapeFaults(resource, armTypes))).toEqual([]);
  });

  test('keeps our rules', () => {
    expect(RULES.flatMap((rule) => rule.find(resources))).toEqual([]);
  });
});

test('what is committed is what the source says, and in Bicep as well', async () => {
  expect(infraJson('main.json'), 'npm run infra:azure').toEqual(emitted());
  const bicep = await readFile(new URL('../../infra/azure/main.bicep', import.meta.url), 'utf8');
  expect(bicep === bicepOf(emitted(), EVERYTHING), 'npm run infra:azure').toBe(true);
});

test('what is there already is not made again, only what is ours in it', () => {
  const types = (given: Record<string, unknown>) => main(given).resources.map(({ type }) => type);
  const [all, few] = [types({ files: true }), types({ ...THERE, files: true })];
  for (const type of [
    'Microsoft.EventHub/namespaces',
    'Microsoft.EventHub/namespaces/eventhubs',
    'Microsoft.KeyVault/vaults',
  ]) {
    expect(all).toContain(type);
    expect(few).not.toContain(type);
  }
  expect(few.filter((type) => type === STORAGE)).toHaveLength(1);
  expect(few).toContain('Microsoft.EventHub/namespaces/eventhubs/consumergroups');
  expect(few.filter((type) => type === 'Microsoft.Authorization/roleAssignments')).toHaveLength(
    all.filter((type) => type === 'Microsoft.Authorization/roleAssignments').length,
  );
});

test('keys stay possible only where Adobe signs in with one, and only when that is said', () => {
  const { resources } = main({ files: true, adobeFilesByKey: true, adobeSendsToEventHubs: true });
  const found = RULES.flatMap((rule) => rule.find(resources));
  expect(found).toEqual([
    expect.stringMatching(/storageAccounts\/tributary\w+f: properties.allowSharedKeyAccess/),
    expect.stringMatching(/namespaces\/tributary-dev-\w+: properties.disableLocalAuth/),
  ]);
});

test('files: their triggers are there only when they are asked for', () => {
  const settingsOf = (given: Record<string, unknown>) =>
    main(given).resources.find(({ name }) => name.endsWith('/appsettings'))?.body['properties'];
  expect(settingsOf({})).not.toHaveProperty('TRIBUTARY_FILES_QUEUE');
  expect(settingsOf({ files: true })).toMatchObject({
    TRIBUTARY_FILES_QUEUE: 'storage-queue:tributary-files',
    TRIBUTARY_FILES_SCHEDULE: '0 */5 * * * *',
  });
  expect(settingsOf({})).toMatchObject({ TRIBUTARY_SWEEP_SCHEDULE: '0 20 * * * *' });
});

test('the settings it gives are those that the app reads', () => {
  const settings = main({ secrets: ['sales-crm'] }).resources.find(({ name }) =>
    name.endsWith('/appsettings'),
  );
  const env = z.record(z.string(), z.string()).parse(settings?.body['properties']);
  expect(readSettings(env)).toMatchObject({
    TRIBUTARY_STATE_CONNECTION: { credential: 'managedidentity' },
    TRIBUTARY_STORAGE_CONNECTION: { credential: 'managedidentity' },
  });
  expect(readDoorSettings(env).TRIBUTARY_DOOR_AUTH).toEqual(['oauth']);
  expect(env['TRIBUTARY_SECRET_SALES_CRM']).toMatch(
    /^@Microsoft\.KeyVault\(VaultName=kv-\w+;SecretName=sales-crm\)$/,
  );
});

test('traces are made where the parameters say so, by the settings that AWS has, too; else none are', async () => {
  const readFor = (given: Record<string, unknown>) => {
    const { resources } = main(given);
    const settings = resources.find(({ name }) => name.endsWith('/appsettings'));
    return z.record(z.string(), z.string()).parse(settings?.body['properties']);
  };
  const given = { traces: 'app-insights', tracesShare: '0.05', tracesHeaders: 'secret:traces' };
  expect(readSettings({ ...readFor(given), TRIBUTARY_SECRET_TRACES: 'a=b' })).toMatchObject({
    TRIBUTARY_TRACES: 'app-insights',
    TRIBUTARY_TRACES_SHARE: 0.05,
  });
  expect(readSettings(readFor({}))).toMatchObject({ TRIBUTARY_TRACES: 'off', TRIBUTARY_TRACES_SHARE: 1 });
  const aws = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const named = (text: string) => new Set(text.match(/\bTRIBUTARY_TRACES\w*(?=:)/g));
  expect(named(Object.keys(readFor({})).join(':\n').concat(':'))).toEqual(named(aws));
});

describe('the judges find', () => {
  const judged = (template: unknown, given: Record<string, unknown> = { files: true }): string[] => {
    const { resources, faults } = main(given, template);
    return [
      ...faults,
      ...resources.flatMap((resource) => shapeFaults(resource, armTypes)),
      ...RULES.flatMap((rule) => rule.find(resources)),
    ];
  };
  const at = (type: string, path: readonly (string | number)[], value: unknown, text = '') => {
    const template = emitted();
    return spoil(template, [...placeOf(template, type, text), ...path], value);
  };
  const properties = (...path: readonly (string | number)[]) => ['properties', ...path];
  const SUBSCRIPTION = 'Microsoft.EventGrid/systemTopics/eventSubscriptions';
  const SITE = 'Microsoft.Web/sites';
  const ROLE = 'Microsoft.Authorization/roleAssignments';
  const RULE = 'Microsoft.Insights/scheduledQueryRules';
  const VAULT = 'Microsoft.KeyVault/vaults';
  const HUBS = 'Microsoft.EventHub/namespaces';

  test.each<[string, unknown, string]>([
    ['a misspelt name', at(SITE, properties('httpOnly'), true), 'properties.httpOnly is not a name'],
    [
      'one that is deep inside',
      at(SITE, properties('functionAppConfig', 'runtime', 'versions'), '22'),
      'runtime.versions is not',
    ],
    [
      'a value of an enum that is none',
      at(STORAGE, properties('minimumTlsVersion'), 'TLS1.2'),
      'none of TLS1_0',
    ],
    [
      'a text for a number',
      at('Microsoft.OperationalInsights/workspaces', properties('retentionInDays'), '30'),
      'must be a number',
    ],
    ['a member that is missing', at(STORAGE, ['kind'], undefined), 'body.kind is required'],
    ['a member nobody may write', at(HUBS, properties('status'), 'Active'), 'properties.status is read only'],
    [
      'a version nobody published',
      at(VAULT, ['apiVersion'], '2026-01-01'),
      'no published type Microsoft.KeyVault/vaults@2026-01-01',
    ],
    ['a reference before its time', at(ROLE, ['dependsOn'], []), 'does not depend on it'],
    [
      'a parameter that is not there',
      at(VAULT, ['location'], "[parameters('region')]"),
      'there is no parameter region',
    ],
    ['an expression that is none', at(VAULT, ['location'], "[parameters('location']"), '")" is missing'],
    ['a function that is none', at(VAULT, ['location'], "[lower('X')]"), 'no template function lower'],
    [
      'a parameter nobody reads',
      spoil(emitted(), ['parameters', 'spare'], { type: 'string', defaultValue: '' }),
      'parameter spare is never read',
    ],
    [
      'a variable that asks too early',
      spoil(emitted(), ['variables', 'app'], "[reference('x').y]"),
      'variable app asks for a resource',
    ],
    [
      'weak TLS',
      at(SITE, properties('siteConfig', 'minTlsVersion'), '1.0'),
      'siteConfig.minTlsVersion must be "1.2"',
    ],
    ['http', at(SITE, properties('httpsOnly'), false), 'httpsOnly must be true'],
    [
      'plain disks',
      at(STORAGE, properties('encryption', 'requireInfrastructureEncryption'), false),
      'requireInfrastructureEncryption must be',
    ],
    [
      'public blobs',
      at(STORAGE, properties('allowBlobPublicAccess'), true),
      'allowBlobPublicAccess must be false',
    ],
    [
      'a public container',
      at(`${STORAGE}/blobServices/containers`, properties('publicAccess'), 'Blob'),
      'is open to everybody',
    ],
    [
      'keys of an account',
      at(STORAGE, properties('allowSharedKeyAccess'), true),
      'allowSharedKeyAccess must be false',
    ],
    ['keys of a namespace', at(HUBS, properties('disableLocalAuth'), false), 'disableLocalAuth must be true'],
    [
      'a vault that can be emptied',
      at(VAULT, properties('enablePurgeProtection'), false),
      'enablePurgeProtection must be true',
    ],
    [
      'passwords for publishing',
      at(`${SITE}/basicPublishingCredentialsPolicies`, properties('allow'), true),
      'properties.allow must be false',
    ],
    [
      'a role for resources',
      at(ROLE, properties('roleDefinitionId'), '/x/b24988ac-6180-42a0-ab88-20f7382dd24c', 'Storage Table'),
      'is no role for data',
    ],
    [
      'a role for everything',
      at(ROLE, ['scope'], undefined, 'Data Receiver'),
      'is given for the whole resource group',
    ],
    [
      'a role for all of an account',
      at(
        ROLE,
        ['scope'],
        "[resourceId('Microsoft.Storage/storageAccounts', variables('dataStorage'))]",
        'tributary-letters',
      ),
      'and not for one queue',
    ],
    [
      'a role of an owner',
      at(
        ROLE,
        properties('roleDefinitionId'),
        '/x/b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
        'tributary-letters',
      ),
      'is no role for data that the app needs',
    ],
    [
      'a secret that is written down',
      spoil(emitted(), [...placeOf(emitted(), `${SITE}/config`), 'properties'], {
        TRIBUTARY_LOG_KEY: 'abc',
      }),
      'TRIBUTARY_LOG_KEY is not in the vault',
    ],
    [
      'a key in a setting',
      spoil(emitted(), [...placeOf(emitted(), `${SITE}/config`), 'properties'], {
        X: 'AccountName=a;AccountKey=b',
      }),
      'X has a key in it',
    ],
    [
      'a queue without poison',
      at(`${STORAGE}/queueServices/queues`, ['condition'], false, '-poison'),
      'there is no queue tributary-parked-poison',
    ],
    [
      'a short stream',
      at(`${HUBS}/eventhubs`, properties('retentionDescription', 'retentionTimeInHours'), 24),
      'must be 48 or more',
    ],
    [
      'logs that are not kept',
      at('Microsoft.OperationalInsights/workspaces', properties('retentionInDays'), 7),
      'retentionInDays must be 30 or more',
    ],
    [
      'blobs that are gone at once',
      at(`${STORAGE}/blobServices`, properties('deleteRetentionPolicy', 'days'), 1),
      'days must be 7 or more',
    ],
    [
      'events that are lost when nobody takes them',
      at(SUBSCRIPTION, properties('deadLetterWithResourceIdentity'), undefined),
      'have no dead letters',
    ],
    [
      'an event that goes nowhere it can',
      at(SUBSCRIPTION, properties('deliveryWithResourceIdentity', 'destination', 'endpointType'), 'Queue'),
      'endpointType cannot be Queue',
    ],
    [
      'something that tells nothing',
      at('Microsoft.Insights/diagnosticSettings', ['condition'], false),
      'has no diagnostic settings',
    ],
    ['an alarm that tells nobody', at(RULE, properties('actions', 'actionGroups'), []), 'tells nobody'],
    [
      'an alarm without a runbook',
      at(RULE, properties('actions', 'customProperties', 'runbook'), 'see the wiki'),
      'has no runbook',
    ],
    [
      'logs that a key lets in',
      at('Microsoft.Insights/components', properties('DisableLocalAuth'), false),
      'DisableLocalAuth must be true',
    ],
  ])('%s', (_, template, found) => {
    expect(judged(template).join('\n')).toContain(found);
  });
});

test('every alarm leads to a heading of docs/operations.md', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const headings = [...page.matchAll(/^###? (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const { name, runbook } of ALARMS) expect(headings, name).toContain(runbook);
});

test('alarms and charts ask about this deployment alone, wherever its logs lie beside those of others', () => {
  const { resources } = main({ ...THERE, files: true });
  const asking = resources.filter(({ type }) => /scheduledQueryRules|workbooks/.test(type));
  expect(asking.length).toBeGreaterThan(10);
  for (const { id, body } of asking) {
    const text = JSON.stringify(body);
    expect(text, id).toMatch(
      /let app = 'tributary-dev-\w+'; let data = 'acmedata'; let hubs = '[^']*\/acme'; /,
    );
    for (const [, table, rest = ''] of text.matchAll(
      /(AppTraces|AppRequests|AzureMetrics|StorageQueueLogs)((?:\\+n)?\| where [^|]*)/g,
    ))
      expect(rest, `${id}: ${table}`).toMatch(/(?:AppRoleName =~ app|ResourceId =~ hubs|data)\b/);
  }
  const groups = resources.filter(({ type }) => type.endsWith('/consumergroups'));
  expect(groups.map(({ name }) => name)).toEqual(['acme/aep-exports/tributary-dev']);
});

test('the queue and table service of an account that was there are watched too: alarms rest on them', () => {
  const watched = main(THERE).resources.filter(
    ({ type }) => type === 'Microsoft.Insights/diagnosticSettings',
  );
  for (const service of ['queueServices', 'tableServices'])
    expect(watched.map(({ scope }) => scope)).toContainEqual(
      expect.stringMatching(
        new RegExp(`storageAccounts/${service}/acmedata/default$|acmedata/${service}/default$`),
      ),
    );
});

test('Event Grid tells of an account from where that is', () => {
  const { resources } = main({ files: true, filesStorage: 'acmefiles', filesLocation: 'northeurope' });
  const topic = resources.find(({ type }) => type === 'Microsoft.EventGrid/systemTopics');
  expect(topic?.body['location']).toBe('northeurope');
});

test('every alarm has a name of its own', () => {
  expect(new Set(ALARMS.map(({ name }) => name)).size).toBe(ALARMS.length);
});
