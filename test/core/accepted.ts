import type { Draft } from '../../shared/core/fold.js';
import type { PersonState } from '../../shared/core/state.js';

/** The state once every action of a draft was accepted, as the pipeline stores it. */
export function accepted(state: PersonState, { view, written, actions }: Draft): PersonState {
  const unsure = new Set(state.unsure);
  for (const { target } of actions) unsure.delete(target);
  return { ...view, written: new Map([...state.written, ...written]), unsure };
}
