import type { Connector } from '../../shared/core/remote.js';
import type { Find } from './process.js';
import type { World } from './world.js';

/** A target as a process reaches it: over the process's own connection, with what is sent written down. */
export function connectorPort({ repeats, doubts }: World, inner: Connector, find: Find): Connector {
  return {
    ...inner,
    async send(actions, signal) {
      const answered = repeats.begin(find(signal), actions);
      const outcomes = await inner.send(actions, signal);
      answered(outcomes);
      for (const [i, { object, fields }] of actions.entries()) {
        const outcome = outcomes[i];
        if (object === 'Call' && outcome) doubts.answered(String(fields['person']), outcome.kind);
      }
      return outcomes;
    },
  };
}
