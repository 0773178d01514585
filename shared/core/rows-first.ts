import { type PlannedAction, rowOf } from './plan.js';

/**
 * The actions with each row before its places on lists, and otherwise as they were: a row that is made again must be
 * there before it can be put on a list, in whatever order the file names the two.
 */
export function rowsFirst(actions: readonly PlannedAction[]): readonly PlannedAction[] {
  const byTarget = new Map(actions.map((action) => [action.target, action]));
  const ordered = new Set<PlannedAction>();
  for (const action of actions) {
    const row = byTarget.get(rowOf(action) ?? '');
    if (row) ordered.add(row);
    ordered.add(action);
  }
  return [...ordered];
}
