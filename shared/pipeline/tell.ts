import { toAction } from '../core/action.js';
import type { Attempt } from './attempt.js';
import type { Run } from './run.js';

/** Tells the observer of each action of a person that reached its target, and of what the target said. */
export function tell({ work, draft, lane }: Attempt, run: Run): void {
  for (const action of lane.actions) {
    const outcome = lane.outcomes.get(action.target);
    // What was never sent did not reach anybody.
    if (!outcome || (outcome.kind === 'retry' && outcome.unsent)) continue;
    const messages = work.entries
      .filter((_, i) => draft.verdicts[i]?.targets.includes(action.target))
      .map(({ message }) => message.id);
    const { causes } = action;
    run.deps.observer.delivery({ person: work.id, action: toAction(action), outcome, causes, messages });
  }
}
