import { Fault } from '../../core/fault.js';
import type { Examiner, Finding } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import type { EventBridgeConfig, EventHubsConfig, KinesisConfig, SnsConfig } from './config.js';
import { openSink } from './open.js';

/** The relays whose target can be looked at without sending to it. Service Bus and Event Grid have no such read for a sender. */
export type ReadableRelay = KinesisConfig | EventHubsConfig | EventBridgeConfig | SnsConfig;

async function look(
  name: string,
  config: ReadableRelay,
  deps: ConnectorDeps,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const sink = await openSink(name, config, deps);
    try {
      const found = await sink.look?.(signal);
      return found === undefined ? [] : [found];
    } finally {
      await sink.close?.();
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const advice = 'See docs/connectors/relays.md for what the secret must hold.';
    return [{ level: 'error', what: error.message, advice }];
  }
}

/** Looks whether a relay's target is there and lets us read its description. Objects and fields are the readers' affair. */
export function examineRelay(name: string, config: ReadableRelay, deps: ConnectorDeps): Examiner {
  return { examine: (_, signal) => look(name, config, deps, signal) };
}
