import type { CompiledRules } from './compiled.js';
import type { Draft, FoldRecord, Verdict } from './fold.js';
import { owedWaiting } from './owed.js';
import type { PersonState } from './state.js';
import { advance } from './view.js';

/** What becomes of a record that waits: nothing yet. */
const WAITS: Verdict = {
  kind: 'unaddressed',
  targets: [],
  leans: [],
  unchanged: 0,
  unaddressed: [],
  edges: [],
};

/**
 * Takes the records of somebody without a key into the state of the identity under which they wait. The view advances as
 * for everybody, nothing is planned, and the edges it makes are owed until a key is known.
 */
export function wait(
  state: PersonState,
  records: readonly Pick<FoldRecord, 'profile' | 'at'>[],
  rules: CompiledRules,
): Draft {
  let view = state;
  for (const { profile, at } of records) {
    const next = advance(view, profile, rules, at);
    if (next.state === view) continue;
    view = { ...next.state, owed: owedWaiting(view.owed, next.transitions, next.state) };
  }
  return { verdicts: records.map(() => WAITS), actions: [], view, written: new Map() };
}
