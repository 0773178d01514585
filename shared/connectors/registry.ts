import * as z from 'zod';
import type { Operation } from '../core/remote.js';
import { DYNAMICS_OPERATIONS, DynamicsConfig } from './dynamics/config.js';
import { dynamicsMisfit } from './dynamics/misfit.js';
import { HTTP_OPERATIONS, HttpConfig } from './http/config.js';
import { HUBSPOT_OPERATIONS, HubspotConfig } from './hubspot/config.js';
import { hubspotMisfit } from './hubspot/misfit.js';
import type { FindMisfit } from './misfit.js';
import {
  EventBridgeConfig,
  EventGridConfig,
  EventHubsConfig,
  KinesisConfig,
  RELAY_OPERATIONS,
  ServiceBusConfig,
  SnsConfig,
} from './relay/config.js';
import { SALESFORCE_OPERATIONS, SalesforceConfig } from './salesforce/config.js';

export type { ConnectorDeps } from './deps.js';

/** One entry under `connections:` of a config file: `type` says which system it is. */
export const ConnectionConfig = z.discriminatedUnion('type', [
  SalesforceConfig,
  HubspotConfig,
  DynamicsConfig,
  HttpConfig,
  KinesisConfig,
  EventHubsConfig,
  EventBridgeConfig,
  SnsConfig,
  ServiceBusConfig,
  EventGridConfig,
]);
export type ConnectionConfig = z.infer<typeof ConnectionConfig>;

const OPERATIONS: Readonly<Record<ConnectionConfig['type'], readonly Operation[]>> = {
  salesforce: SALESFORCE_OPERATIONS,
  hubspot: HUBSPOT_OPERATIONS,
  dynamics: DYNAMICS_OPERATIONS,
  http: HTTP_OPERATIONS,
  kinesis: RELAY_OPERATIONS,
  'event-hubs': RELAY_OPERATIONS,
  'event-bridge': RELAY_OPERATIONS,
  sns: RELAY_OPERATIONS,
  'service-bus': RELAY_OPERATIONS,
  'event-grid': RELAY_OPERATIONS,
};

/** What the connectors of each type of connection can do. */
export const OPERATIONS_OF: ReadonlyMap<string, readonly Operation[]> = new Map(Object.entries(OPERATIONS));

/** What the connectors of a type would refuse of an action, whatever the record. */
export const MISFITS_OF: ReadonlyMap<string, FindMisfit> = new Map([
  ['hubspot', hubspotMisfit],
  ['dynamics', dynamicsMisfit],
]);
