import type { Connector, Examiner } from '../core/remote.js';
import type { ConnectorDeps } from './deps.js';
import { dynamics } from './dynamics/dynamics.js';
import { examineDynamics } from './dynamics/examine.js';
import { examineHttp } from './http/examine.js';
import { http } from './http/http.js';
import { examineHubspot } from './hubspot/examine.js';
import { hubspot } from './hubspot/hubspot.js';
import type { ConnectionConfig } from './registry.js';
import { examineRelay } from './relay/examine.js';
import { relay } from './relay/relay.js';
import { examineSalesforce } from './salesforce/examine.js';
import { salesforce } from './salesforce/salesforce.js';

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
