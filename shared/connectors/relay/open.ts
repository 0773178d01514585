import type { ConnectorDeps } from '../deps.js';
import type { RelayConfig } from './config.js';
import type { Sink } from './sink.js';

/** Opens the side that takes messages. Each SDK is loaded here and nowhere else, and only the one that is needed. */
export async function openSink(name: string, config: RelayConfig, deps: ConnectorDeps): Promise<Sink> {
  switch (config.type) {
    case 'kinesis':
      return (await import('./kinesis.js')).kinesisSink(name, config, deps);
    case 'event-hubs':
      return (await import('./event-hubs.js')).eventHubsSink(name, config, deps);
    case 'event-bridge':
      return (await import('./event-bridge.js')).eventBridgeSink(name, config, deps);
    case 'sns':
      return (await import('./sns.js')).snsSink(name, config, deps);
    case 'service-bus':
      return (await import('./service-bus.js')).serviceBusSink(name, config, deps);
    case 'event-grid':
      return (await import('./event-grid.js')).eventGridSink(name, config, deps);
  }
}
