import {
  call,
  concat,
  type Expression,
  idOf,
  type Parameter,
  type Resource,
  type Template,
  template,
} from './expression.js';
import { NAMES, storageId, UNDELIVERED } from './names.js';
import { named, PARAMETERS, parameter, variable } from './parameters.js';
import { BORNE } from './roles.js';

const API = '2022-06-15';

const topic = idOf('Microsoft.EventGrid/systemTopics', named('files'));

/** What tells of new blobs. Event Grid has no other way to a Flex Consumption app. */
export const TOPIC: Resource = {
  type: 'Microsoft.EventGrid/systemTopics',
  apiVersion: API,
  name: named('files'),
  condition: parameter('files'),
  location: parameter('location'),
  identity: BORNE,
  dependsOn: [
    storageId('filesStorage'),
    idOf('Microsoft.ManagedIdentity/userAssignedIdentities', variable('identity')),
  ],
  properties: { source: storageId('filesStorage'), topicType: 'Microsoft.Storage.StorageAccounts' },
};

/** The key under which the host lets Event Grid in. It is there once the app has been published. */
const key = call(
  'listKeys',
  call('concat', idOf('Microsoft.Web/sites', variable('app')), '/host/default'),
  '2024-11-01',
)
  .member('systemKeys')
  .member('blobs_extension');

const endpoint: Expression = call(
  'format',
  'https://{0}/runtime/webhooks/blobs?functionName=Host.Functions.{1}&code={2}',
  call('reference', idOf('Microsoft.Web/sites', variable('app')), '2024-11-01').member('defaultHostName'),
  call('parameters', 'blobFunction'),
  key,
);

const subscription: Resource = {
  type: 'Microsoft.EventGrid/systemTopics/eventSubscriptions',
  apiVersion: API,
  name: concat(named('files'), '/blobs'),
  properties: {
    eventDeliverySchema: 'EventGridSchema',
    destination: {
      endpointType: 'WebHook',
      properties: { endpointUrl: endpoint, maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 },
    },
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated'],
      subjectBeginsWith: call('format', '/blobServices/default/containers/{0}/', parameter('filesContainer')),
    },
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'UserAssigned',
        userAssignedIdentity: idOf('Microsoft.ManagedIdentity/userAssignedIdentities', variable('identity')),
      },
      deadLetterDestination: {
        endpointType: 'StorageBlob',
        properties: { resourceId: storageId('filesStorage'), blobContainerName: UNDELIVERED },
      },
    },
  },
};

const blobFunction: Parameter = {
  type: 'string',
  defaultValue: 'files',
  metadata: { description: 'The function with the blob trigger.' },
};

const pick = ['stage', 'prefix', 'filesStorage', 'filesContainer'] as const;

/** The second template: what can be made only after the app was published. */
export const FILES: Template = template('tributary: new blobs are told to the function app', {
  parameters: {
    ...Object.fromEntries(pick.map((name) => [name, PARAMETERS[name]])),
    blobFunction,
  },
  variables: {
    app: NAMES['app'] ?? '',
    identity: NAMES['identity'] ?? '',
    filesStorage: NAMES['filesStorage'] ?? '',
  },
  resources: [subscription],
  outputs: { topic: { type: 'string', value: topic } },
});
