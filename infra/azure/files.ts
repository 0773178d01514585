import { call, concat, type Expression, idOf, type Resource } from './expression.js';
import { FILES_QUEUE, queueId, storageId, UNDELIVERED } from './names.js';
import { named, parameter } from './parameters.js';
import { grant, grantId } from './roles.js';
import { CONTAINERS } from './storage.js';

const API = '2022-06-15';

const topic = idOf('Microsoft.EventGrid/systemTopics', named('files'));
const condition = parameter('files');

/** The topic's own identity, which may put news into one queue and what it cannot deliver into one container. */
const principalId: Expression = call('reference', topic, API, 'full')
  .member('identity')
  .member('principalId');
const bearer = { id: topic, principalId };

const identity = { type: 'SystemAssigned' };
const queue = queueId(FILES_QUEUE);

/**
 * News of blobs that Adobe has written, put into the queue of files by Event Grid itself: it is kept there while the app is
 * away, and no key of the app is needed. https://learn.microsoft.com/azure/event-grid/handler-storage-queues
 */
export const FILES: readonly Resource[] = [
  {
    type: 'Microsoft.EventGrid/systemTopics',
    apiVersion: API,
    name: named('files'),
    condition,
    location: parameter('filesLocation'),
    identity,
    dependsOn: [storageId('filesStorage')],
    properties: { source: storageId('filesStorage'), topicType: 'Microsoft.Storage.StorageAccounts' },
  },
  grant({ role: 'Storage Queue Data Message Sender', on: queue, to: bearer, condition }),
  grant({ role: 'Storage Blob Data Contributor', on: CONTAINERS.undelivered, to: bearer, condition }),
  {
    type: 'Microsoft.EventGrid/systemTopics/eventSubscriptions',
    apiVersion: API,
    name: concat(named('files'), '/blobs'),
    condition,
    dependsOn: [
      topic,
      queue,
      grantId(queue, 'Storage Queue Data Message Sender', topic),
      grantId(CONTAINERS.undelivered, 'Storage Blob Data Contributor', topic),
    ],
    properties: {
      eventDeliverySchema: 'EventGridSchema',
      deliveryWithResourceIdentity: {
        identity,
        destination: {
          endpointType: 'StorageQueue',
          properties: {
            resourceId: storageId('dataStorage'),
            queueName: FILES_QUEUE,
            // Not the seven days it is otherwise: what waits for a mended app must not be gone.
            queueMessageTimeToLiveInSeconds: -1,
          },
        },
      },
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated'],
        subjectBeginsWith: call(
          'format',
          '/blobServices/default/containers/{0}/',
          parameter('filesContainer'),
        ),
      },
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
      deadLetterWithResourceIdentity: {
        identity,
        deadLetterDestination: {
          endpointType: 'StorageBlob',
          properties: { resourceId: storageId('filesStorage'), blobContainerName: UNDELIVERED },
        },
      },
    },
  },
];
