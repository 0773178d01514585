import { call, concat, type Expression, type Resource } from './expression.js';
import {
  type Account,
  containerId,
  FILES_QUEUE,
  LETTERS,
  PACKAGES,
  PARKED,
  serviceId,
  storageId,
  TABLE,
  UNDELIVERED,
} from './names.js';
import { made, parameter, variable } from './parameters.js';

const API = '2024-01-01';

interface AccountOptions {
  /** The deployment's own unless said. */
  readonly location?: Expression;
  readonly keys: Expression | boolean;
  readonly condition?: Expression;
}

const account = (
  name: Account,
  { keys, condition, location = parameter('location') }: AccountOptions,
): Resource => ({
  type: 'Microsoft.Storage/storageAccounts',
  apiVersion: API,
  name: variable(name),
  ...(condition && { condition }),
  location,
  sku: { name: parameter('storageSku') },
  kind: 'StorageV2',
  properties: {
    minimumTlsVersion: 'TLS1_2',
    supportsHttpsTrafficOnly: true,
    allowBlobPublicAccess: false,
    allowSharedKeyAccess: keys,
    allowCrossTenantReplication: false,
    defaultToOAuthAuthentication: true,
    encryption: {
      keySource: 'Microsoft.Storage',
      requireInfrastructureEncryption: true,
      services: {
        blob: { enabled: true, keyType: 'Account' },
        queue: { enabled: true, keyType: 'Account' },
        table: { enabled: true, keyType: 'Account' },
      },
    },
  },
});

interface ServiceOptions {
  readonly condition?: Expression;
  readonly properties?: Resource[string];
}

const service = (
  of: Account,
  kind: 'blobServices' | 'queueServices' | 'tableServices',
  { condition, properties = {} }: ServiceOptions = {},
): Resource => ({
  type: `Microsoft.Storage/storageAccounts/${kind}`,
  apiVersion: API,
  name: concat(variable(of), '/default'),
  ...(condition && { condition }),
  dependsOn: [storageId(of)],
  properties,
});

/** Deleted blobs come back for a week. */
const UNDELETE = {
  deleteRetentionPolicy: { enabled: true, days: 7 },
  containerDeleteRetentionPolicy: { enabled: true, days: 7 },
};

const container = (of: Account, name: string | Expression, condition?: Expression): Resource => ({
  type: 'Microsoft.Storage/storageAccounts/blobServices/containers',
  apiVersion: API,
  name: concat(variable(of), '/default/', name),
  ...(condition && { condition }),
  dependsOn: [serviceId(of, 'blobServices')],
  properties: { publicAccess: 'None' },
});

const queue = (name: string): Resource => ({
  type: 'Microsoft.Storage/storageAccounts/queueServices/queues',
  apiVersion: API,
  name: concat(variable('dataStorage'), `/default/${name}`),
  dependsOn: [serviceId('dataStorage', 'queueServices')],
  properties: {},
});

const table = (name: string): Resource => ({
  type: 'Microsoft.Storage/storageAccounts/tableServices/tables',
  apiVersion: API,
  name: concat(variable('dataStorage'), `/default/${name}`),
  dependsOn: [serviceId('dataStorage', 'tableServices')],
  properties: {},
});

/** Blobs of a prefix are removed when they are older than that many days. */
const expiry = (name: string, prefix: string, days: number) => ({
  name,
  type: 'Lifecycle',
  enabled: true,
  definition: {
    filters: { blobTypes: ['blockBlob'], prefixMatch: [prefix] },
    actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: days } } },
  },
});

const lifecycle = (
  of: Account,
  rules: readonly ReturnType<typeof expiry>[],
  condition: Expression,
): Resource => ({
  type: 'Microsoft.Storage/storageAccounts/managementPolicies',
  apiVersion: API,
  name: concat(variable(of), '/default'),
  condition,
  dependsOn: [storageId(of), serviceId(of, 'blobServices')],
  properties: { policy: { rules } },
});

const newFiles = call('and', parameter('files'), made('filesStorage'));

/**
 * Three accounts, because of who may read them: what the host of the functions needs an account of its own for, what is
 * personal, and what Adobe writes. Poison queues are made here and not by the host, so that they can be watched.
 */
export const STORAGE: readonly Resource[] = [
  account('hostStorage', { keys: false }),
  service('hostStorage', 'blobServices', { properties: UNDELETE }),
  container('hostStorage', PACKAGES),
  account('dataStorage', { keys: false, condition: made('dataStorage') }),
  service('dataStorage', 'blobServices', { condition: made('dataStorage'), properties: UNDELETE }),
  service('dataStorage', 'queueServices', { condition: made('dataStorage') }),
  service('dataStorage', 'tableServices', { condition: made('dataStorage') }),
  container('dataStorage', LETTERS),
  queue(PARKED),
  queue(`${PARKED}-poison`),
  queue(FILES_QUEUE),
  queue(`${FILES_QUEUE}-poison`),
  table(TABLE),
  // Bytes of parked messages, and who was in full exports, that nobody came back for: of the latter the state knows nothing
  // any more after as long. One account has one policy, so an existing one keeps its own.
  lifecycle(
    'dataStorage',
    [expiry('parked', `${LETTERS}/parked/`, 30), expiry('files', `${LETTERS}/files/`, 400)],
    made('dataStorage'),
  ),
  account('filesStorage', {
    keys: parameter('adobeFilesByKey'),
    condition: newFiles,
    location: parameter('filesLocation'),
  }),
  service('filesStorage', 'blobServices', { condition: newFiles, properties: UNDELETE }),
  container('filesStorage', parameter('filesContainer'), parameter('files')),
  container('filesStorage', UNDELIVERED, parameter('files')),
];

/** The containers that roles are given for. */
export const CONTAINERS = {
  letters: containerId('dataStorage', LETTERS),
  packages: containerId('hostStorage', PACKAGES),
  files: containerId('filesStorage', parameter('filesContainer')),
  undelivered: containerId('filesStorage', UNDELIVERED),
} as const;
