import * as z from 'zod';
import type { Connector, Examiner, Operation } from '../core/remote.js';
import type { ConnectorDeps } from './deps.js';
import { DynamicsConfig } from './dynamics/config.js';
import { DYNAMICS_OPERATIONS, dynamics } from './dynamics/dynamics.js';
import { examineDynamics } from './dynamics/examine.js';
import { dynamicsMisfit } from './dynamics/misfit.js';
import { HttpConfig } from './http/config.js';
import { examineHttp } from './http/examine.js';
import { HTTP_OPERATIONS, http } from './http/http.js';
import { HubspotConfig } from './hubspot/config.js';
import { examineHubspot } from './hubspot/examine.js';
import { HUBSPOT_OPERATIONS, hubspot } from './hubspot/hubspot.js';
import { hubspotMisfit } from './hubspot/misfit.js';
import type { FindMisfit } from './misfit.js';
import {
  EventBridgeConfig,
  EventGridConfig,
  EventHubsConfig,
  KinesisConfig,
  ServiceBusConfig,
  SnsConfig,
} from './relay/config.js';
import { examineRelay } from './relay/examine.js';
import { RELAY_OPERATIONS, relay } from './relay/relay.js';
import { SalesforceConfig } from './salesforce/config.js';
import { examineSalesforce } from './salesforce/examine.js';
import { SALESFORCE_OPERATIONS, salesforce } from './salesforce/salesforce.js';

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

/** Opens the connector for a connection. It neither reads a secret nor sends anything before its first `send`. */
export function openConnector(name: string, config: ConnectionConfig, deps: ConnectorDeps): Connector {
  switch (config.type) {
    case 'salesforce':
      return salesforce(name, config, deps);
    case 'hubspot':
      return hubspot(name, config, deps);
    case 'dynamics':
      return dynamics(name, config, deps);
    case 'http':
      return http(name, config, deps);
    default:
      return relay(name, config, deps);
  }
}

/** Opens what looks at a connection's system without changing anything in it; nothing for systems that cannot tell. */
export function openExaminer(
  name: string,
  config: ConnectionConfig,
  deps: ConnectorDeps,
): Examiner | undefined {
  switch (config.type) {
    case 'salesforce':
      return examineSalesforce(name, config, deps);
    case 'hubspot':
      return examineHubspot(name, config, deps);
    case 'dynamics':
      return examineDynamics(name, config, deps);
    case 'http':
      return examineHttp(name, config, deps);
    case 'kinesis':
    case 'event-hubs':
    case 'event-bridge':
    case 'sns':
      return examineRelay(name, config, deps);
    default:
      return undefined;
  }
}
