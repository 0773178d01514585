import type { Connector } from '../core/remote.js';
import type { ConnectorDeps } from './deps.js';
import type { ConnectionConfig } from './registry.js';

/**
 * Opens the connector for a connection as `openConnector` does, and loads the code of that system only now: a deployment
 * that writes to one system does not wait for the code of the others at each cold start.
 */
export async function loadConnector(
  name: string,
  config: ConnectionConfig,
  deps: ConnectorDeps,
): Promise<Connector> {
  switch (config.type) {
    case 'salesforce':
      return (await import('./salesforce/salesforce.js')).salesforce(name, config, deps);
    case 'hubspot':
      return (await import('./hubspot/hubspot.js')).hubspot(name, config, deps);
    case 'dynamics':
      return (await import('./dynamics/dynamics.js')).dynamics(name, config, deps);
    case 'http':
      return (await import('./http/http.js')).http(name, config, deps);
    default:
      return (await import('./relay/relay.js')).relay(name, config, deps);
  }
}
