import { call, concat, type Resource } from './expression.js';
import { IDS } from './names.js';
import { made, parameter, variable } from './parameters.js';

const API = '2024-01-01';

/** The namespace, the hub and the consumer group of ours: one group for one function, its path in the checkpoints has no other name. */
export const EVENT_HUBS: readonly Resource[] = [
  {
    type: 'Microsoft.EventHub/namespaces',
    apiVersion: API,
    name: variable('namespace'),
    condition: made('eventHubNamespace'),
    location: parameter('location'),
    sku: { name: 'Standard', tier: 'Standard', capacity: parameter('throughputUnits') },
    properties: {
      minimumTlsVersion: '1.2',
      disableLocalAuth: call('not', parameter('adobeSendsToEventHubs')),
      isAutoInflateEnabled: call('greater', parameter('maximumThroughputUnits'), 0),
      maximumThroughputUnits: parameter('maximumThroughputUnits'),
      publicNetworkAccess: 'Enabled',
    },
  },
  {
    type: 'Microsoft.EventHub/namespaces/eventhubs',
    apiVersion: API,
    name: concat(variable('namespace'), '/', parameter('eventHub')),
    condition: call('not', parameter('eventHubExists')),
    dependsOn: [IDS.namespace],
    properties: {
      partitionCount: parameter('partitions'),
      retentionDescription: {
        cleanupPolicy: 'Delete',
        retentionTimeInHours: parameter('retentionHours'),
      },
    },
  },
  {
    type: 'Microsoft.EventHub/namespaces/eventhubs/consumergroups',
    apiVersion: API,
    name: concat(variable('namespace'), '/', parameter('eventHub'), '/', variable('consumerGroup')),
    dependsOn: [IDS.hub],
    properties: {},
  },
];
