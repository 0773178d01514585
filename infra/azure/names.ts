import { call, concat, type Expression, idOf, type Value } from './expression.js';
import { made, named, parameter, variable } from './parameters.js';

/** Of this resource group and deployment, thirteen letters and digits: for names that are unique in the world. */
const UNIQUE = call(
  'uniqueString',
  call('resourceGroup').member('id'),
  parameter('prefix'),
  parameter('stage'),
);

/** Storage accounts have 24 small letters and digits. */
const account = (letter: string): Expression =>
  concat(call('take', call('toLower', call('replace', parameter('prefix'), '-', '')), 9), UNIQUE, letter);

/** What is parked waits here. */
export const PARKED = 'tributary-parked';
/** Work on files: news and orders. */
export const FILES_QUEUE = 'tributary-files';
/** Letters, and what is too long for the queue. */
export const LETTERS = 'tributary-letters';
/** Persons' state. */
export const TABLE = 'tributarystate';
/** Zips of the app. */
export const PACKAGES = 'app-packages';
/** Events that Event Grid could not deliver. */
export const UNDELIVERED = 'undelivered-events';

/** Names of resources, worked out once. */
export const NAMES: Readonly<Record<string, Value>> = {
  identity: named('identity'),
  app: concat(named(''), UNIQUE),
  plan: named('plan'),
  insights: named('insights'),
  workspace: named('logs'),
  workspaceId: call(
    'if',
    made('workspace'),
    idOf('Microsoft.OperationalInsights/workspaces', named('logs')),
    parameter('workspace'),
  ),
  vault: call('if', made('keyVault'), concat('kv-', UNIQUE), parameter('keyVault')),
  namespace: call('if', made('eventHubNamespace'), concat(named(''), UNIQUE), parameter('eventHubNamespace')),
  hostStorage: account('h'),
  dataStorage: call('if', made('dataStorage'), account('d'), parameter('dataStorage')),
  filesStorage: call('if', made('filesStorage'), account('f'), parameter('filesStorage')),
  // Two stages may read one hub: each has its own group, or they would take events from each other.
  consumerGroup: call('format', 'tributary-{0}', parameter('stage')),
};

/** Ids of the resources others need. */
export const IDS = {
  identity: idOf('Microsoft.ManagedIdentity/userAssignedIdentities', variable('identity')),
  app: idOf('Microsoft.Web/sites', variable('app')),
  plan: idOf('Microsoft.Web/serverfarms', variable('plan')),
  insights: idOf('Microsoft.Insights/components', variable('insights')),
  workspace: idOf('Microsoft.OperationalInsights/workspaces', variable('workspace')),
  vault: idOf('Microsoft.KeyVault/vaults', variable('vault')),
  namespace: idOf('Microsoft.EventHub/namespaces', variable('namespace')),
  hub: idOf('Microsoft.EventHub/namespaces/eventhubs', variable('namespace'), parameter('eventHub')),
  actionGroup: idOf('Microsoft.Insights/actionGroups', named('alarms')),
} as const;

/** What a storage account is called here. */
export type Account = 'hostStorage' | 'dataStorage' | 'filesStorage';

/** The id of a storage account. */
export const storageId = (account: Account) => idOf('Microsoft.Storage/storageAccounts', variable(account));

/** The id of a service of a storage account. */
export const serviceId = (account: Account, service: 'blobServices' | 'queueServices' | 'tableServices') =>
  idOf(`Microsoft.Storage/storageAccounts/${service}`, variable(account), 'default');

/** The id of a container. */
export const containerId = (account: Account, container: string | ReturnType<typeof parameter>) =>
  idOf('Microsoft.Storage/storageAccounts/blobServices/containers', variable(account), 'default', container);

/** The id of a queue of the data account. */
export const queueId = (queue: string) =>
  idOf('Microsoft.Storage/storageAccounts/queueServices/queues', variable('dataStorage'), 'default', queue);

/** The id of a table of the data account. */
export const tableId = (table: string) =>
  idOf('Microsoft.Storage/storageAccounts/tableServices/tables', variable('dataStorage'), 'default', table);
