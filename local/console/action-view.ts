import type { Asked, Delivery } from '../../shared/core/ports.js';
import type { Outcome } from '../../shared/core/remote.js';
import type { ActionView, DeliveryView } from './views.js';

/** A change that rules ask for, as the page shows it. */
export function actionView({ action, causes }: Pick<Asked, 'action' | 'causes'>): ActionView {
  const { connection, operation, object, list, key, fields } = action;
  return { connection, operation, object, list, key, fields, causes };
}

const ANSWERS: Readonly<Record<Outcome['kind'], string>> = {
  accepted: 'accepted',
  absent: 'no such row; nothing done',
  rejected: 'refused for good',
  retry: 'failed; waiting may cure it',
  unknown: 'no answer; it may have been done',
};

function accepted({ id, created }: Extract<Outcome, { kind: 'accepted' }>): string {
  const how = created === undefined ? 'accepted' : created ? 'accepted, created' : 'accepted, updated';
  return id === undefined ? how : `${how} as ${id}`;
}

/** A change that was sent, with the target's own words. */
export function deliveryView(delivery: Delivery): DeliveryView {
  const { outcome } = delivery;
  const answer = outcome.kind === 'accepted' ? accepted(outcome) : ANSWERS[outcome.kind];
  const said = outcome.kind === 'rejected' ? { code: outcome.code, text: outcome.text } : undefined;
  const fault = 'fault' in outcome ? { code: outcome.fault.code, text: outcome.fault.message } : undefined;
  return { ...actionView(delivery), answer, code: undefined, text: undefined, ...said, ...fault };
}
