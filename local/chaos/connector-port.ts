import type { Connector } from '../../shared/core/ports.js';
import type { Invocation } from './host.js';
import type { World } from './world.js';

/** The CRM as one invocation reaches it: the process's own connection, with what is sent written down. */
export function connectorPort({ repeats }: World, invocation: Invocation): Connector {
  const { connector } = invocation.host;
  return {
    ...connector,
    async send(actions, signal) {
      const answered = repeats.begin(invocation, actions);
      const outcomes = await connector.send(actions, signal);
      answered(outcomes);
      return outcomes;
    },
  };
}
