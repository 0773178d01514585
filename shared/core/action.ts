import type { PlannedAction } from './plan.js';
import type { Action } from './remote.js';

/** A planned action as a connector takes it: values only, without what is ours alone. */
export function toAction(planned: PlannedAction): Action {
  const { connection, operation, object, key, fields, list, once, asOf } = planned;
  return {
    connection,
    operation,
    object,
    key,
    fields: Object.fromEntries(
      [...fields].filter(([name]) => !name.startsWith('$')).map(([name, { value }]) => [name, value]),
    ),
    ...(list !== undefined && { list }),
    ...(once !== undefined && { idempotencyKey: once }),
    ...(asOf !== undefined && { asOf }),
  };
}
