import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import type { Fate } from '../../door/ports.js';
import { retry, unknown } from '../wire/outcome.js';

/**
 * What became of an entry, as a connector says it. An error of the whole call is the cause of the fate of each of its
 * entries, and `fromError` tells what it means; without a cause the entry has an answer of its own.
 */
export function fromFate(
  connection: string,
  fate: Fate | undefined,
  fromError: (cause: unknown) => Outcome,
): Outcome {
  if (fate === undefined) return unknown('remote.unanswered', `"${connection}" said nothing of a message.`);
  if (fate.kind === 'durable') return { kind: 'accepted' };
  const { fault } = fate;
  if (fate.kind === 'too-large') return { kind: 'rejected', code: 'message.too-large', text: fault.message };
  if (fault.cause !== undefined) return fromError(fault.cause);
  if (fate.kind === 'throttled')
    return retry('connection', new Fault('remote.throttled', `"${connection}": ${fault.message}`));
  return retry('row', new Fault('remote.unavailable', `"${connection}": ${fault.message}`));
}
