import { AZURE_CONFIG } from '../../build/azure-places.js';
import { call, concat, type Expression, type Operand, type Resource } from './expression.js';
import { FILES_QUEUE, IDS, LETTERS, PACKAGES, PARKED, storageId, TABLE } from './names.js';
import { parameter, variable } from './parameters.js';
import { BORNE, clientId, grantId } from './roles.js';
import { CONTAINERS } from './storage.js';

const API = '2024-11-01';

/** The parts of an identity-based connection; docs/stores.md. */
const byIdentity = (connection: string, parts: Readonly<Record<string, Operand>>): Record<string, Operand> =>
  Object.fromEntries(
    Object.entries({ ...parts, credential: 'managedidentity', clientId }).map(([part, value]) => [
      `${connection}__${part}`,
      value,
    ]),
  );

const namespaceHost = concat(variable('namespace'), '.servicebus.windows.net');

/** A setting that App Service reads from the vault as the app's identity. */
const inVault = (secret: Operand): Expression =>
  call('format', '@Microsoft.KeyVault(VaultName={0};SecretName={1})', variable('vault'), secret);

/** Settings of every deployment. A runtime is not among them: on Flex Consumption `functionAppConfig` says it. */
export const SETTINGS: Readonly<Record<string, Operand>> = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: call('reference', IDS.insights, '2020-02-02').member(
    'ConnectionString',
  ),
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: concat('ClientId=', clientId, ';Authorization=AAD'),
  ...byIdentity('AzureWebJobsStorage', { accountName: variable('hostStorage') }),
  ...byIdentity('EventHubConnection', { fullyQualifiedNamespace: namespaceHost }),
  EVENT_HUB_NAME: parameter('eventHub'),
  EVENT_HUB_CONSUMER_GROUP: variable('consumerGroup'),
  ...byIdentity('TRIBUTARY_STORAGE_CONNECTION', { accountName: variable('dataStorage') }),
  TRIBUTARY_PARKING_QUEUE: PARKED,
  TRIBUTARY_PARKING: `storage-queue:${PARKED}`,
  TRIBUTARY_DEAD_LETTERS: `blob:${LETTERS}`,
  TRIBUTARY_STATE: `azure-table:${TABLE}`,
  ...byIdentity('TRIBUTARY_STATE_CONNECTION', { accountName: variable('dataStorage') }),
  TRIBUTARY_SWEEP_SCHEDULE: '0 20 * * * *',
  TRIBUTARY_CONFIG: AZURE_CONFIG,
  TRIBUTARY_LOG_LEVEL: 'info',
  // Alarms and the workbook ask for these lines: docs/metrics.md.
  TRIBUTARY_METRICS: 'lines',
  TRIBUTARY_TRACES: parameter('traces'),
  TRIBUTARY_TRACES_SHARE: parameter('tracesShare'),
  TRIBUTARY_TRACES_HEADERS: parameter('tracesHeaders'),
  TRIBUTARY_LOG_KEY: inVault('log-key'),
  TRIBUTARY_DOOR_STREAM: concat('event-hub:', parameter('eventHub')),
  ...byIdentity('TRIBUTARY_DOOR_STREAM', { fullyQualifiedNamespace: namespaceHost }),
  TRIBUTARY_DOOR_AUTH: parameter('doorAuth'),
};

/** Without them the app registers no triggers for files: the host would complain of a queue that nobody fills. */
const FILES_SETTINGS: Readonly<Record<string, Operand>> = {
  TRIBUTARY_FILES_QUEUE: `storage-queue:${FILES_QUEUE}`,
  TRIBUTARY_FILES_SCHEDULE: '0 */5 * * * *',
};

/** `sales-crm` is the setting TRIBUTARY_SECRET_SALES_CRM, as shared/secrets.ts reads it. */
const secretName = concat(
  'TRIBUTARY_SECRET_',
  call('toUpper', call('replace', call('replace', call('lambdaVariables', 'name'), '-', '_'), '.', '_')),
);

const secretSettings = call(
  'toObject',
  parameter('secrets'),
  call('lambda', 'name', secretName),
  call('lambda', 'name', inVault(call('lambdaVariables', 'name'))),
);

const createObject = (members: Readonly<Record<string, Operand>>): Expression =>
  call('createObject', ...Object.entries(members).flat());

const policy = (of: 'ftp' | 'scm'): Resource => ({
  type: 'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
  apiVersion: API,
  name: concat(variable('app'), `/${of}`),
  dependsOn: [IDS.app],
  properties: { allow: false },
});

/** What the app cannot start without: it would fail, and Azure would try it again, but alarms would ring meanwhile. */
const FIRST = [
  IDS.plan,
  IDS.identity,
  CONTAINERS.packages,
  grantId(storageId('hostStorage'), 'Storage Blob Data Owner'),
];

/** The function app on Flex Consumption. */
export const APP: readonly Resource[] = [
  {
    type: 'Microsoft.Web/serverfarms',
    apiVersion: API,
    name: variable('plan'),
    location: parameter('location'),
    kind: 'functionapp',
    sku: { name: 'FC1', tier: 'FlexConsumption' },
    properties: { reserved: true },
  },
  {
    type: 'Microsoft.Web/sites',
    apiVersion: API,
    name: variable('app'),
    location: parameter('location'),
    kind: 'functionapp,linux',
    identity: BORNE,
    dependsOn: FIRST,
    properties: {
      serverFarmId: IDS.plan,
      httpsOnly: true,
      clientCertEnabled: call('contains', parameter('doorAuth'), 'mtls'),
      clientCertMode: 'OptionalInteractiveUser',
      keyVaultReferenceIdentity: IDS.identity,
      publicNetworkAccess: 'Enabled',
      siteConfig: {
        minTlsVersion: '1.2',
        scmMinTlsVersion: '1.2',
        ftpsState: 'Disabled',
        http20Enabled: true,
      },
      functionAppConfig: {
        deployment: {
          storage: {
            type: 'blobContainer',
            value: concat(
              call('reference', storageId('hostStorage'), '2024-01-01')
                .member('primaryEndpoints')
                .member('blob'),
              PACKAGES,
            ),
            authentication: {
              type: 'UserAssignedIdentity',
              userAssignedIdentityResourceId: IDS.identity,
            },
          },
        },
        runtime: { name: 'node', version: parameter('nodeVersion') },
        scaleAndConcurrency: {
          instanceMemoryMB: parameter('instanceMemoryMB'),
          maximumInstanceCount: parameter('maximumInstances'),
          alwaysReady: call(
            'if',
            call('greater', parameter('readyDoors'), 0),
            call(
              'createArray',
              call('createObject', 'name', 'http', 'instanceCount', parameter('readyDoors')),
            ),
            call('createArray'),
          ),
        },
      },
    },
  },
  {
    type: 'Microsoft.Web/sites/config',
    apiVersion: API,
    name: concat(variable('app'), '/appsettings'),
    dependsOn: [IDS.app, IDS.identity, IDS.insights, grantId(IDS.vault, 'Key Vault Secrets User')],
    properties: call(
      'union',
      createObject(SETTINGS),
      call('if', parameter('files'), createObject(FILES_SETTINGS), createObject({})),
      secretSettings,
      parameter('settings'),
    ),
  },
  policy('ftp'),
  policy('scm'),
];
