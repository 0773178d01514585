import { DOUBTFUL, doubtReason } from '../core/doubts.js';
import { Fault } from '../core/fault.js';
import type { Verdict } from '../core/fold.js';
import type { Doubt, KeptMessage, Remote } from '../core/kept.js';
import type { PlannedAction } from '../core/plan.js';
import type { Ledger, Message, Settlement } from '../core/ports.js';
import type { Outcome } from '../core/remote.js';
import type { Attempt } from './attempt.js';
import type { Run } from './run.js';
import type { Lane } from './waves.js';

/** Why a record is refused for good: by a target, in its own words, or because some of it may have been done. */
export interface Refusal extends Pick<KeptMessage, 'requestId' | 'doubts' | 'beside'> {
  readonly fault: Fault;
  readonly remote: Remote;
}

/** A target's answer to an action, when it is a refusal. */
interface Refused {
  readonly action: PlannedAction;
  readonly outcome: Outcome & { readonly kind: 'rejected' };
}

function refusedOf({ targets, leans }: Verdict, { actions, outcomes }: Lane): readonly Refused[] {
  const about = new Set([...targets, ...leans]);
  return actions.flatMap((action) => {
    const outcome = outcomes.get(action.target);
    return about.has(action.target) && outcome?.kind === 'rejected' ? [{ action, outcome }] : [];
  });
}

const isDoubt = ({ outcome }: Refused): boolean => outcome.code === DOUBTFUL;

/** Everything about a record that may have been done. What became bygone with a person's records is told with the last of them. */
function doubtsOf(
  verdict: Verdict,
  refused: readonly Refused[],
  { draft, bygones }: Attempt,
): readonly Doubt[] {
  const asked = refused.filter(isDoubt).map(({ action }): Doubt => {
    const { connection, object, target, causes } = action;
    return { connection, object, target, causes };
  });
  if (verdict !== draft.verdicts.at(-1)) return asked;
  const gone = bygones.filter(({ isOpen }) => isOpen);
  return [
    ...asked,
    ...gone.map(({ connection, object, target }): Doubt => ({ connection, object, target, overtaken: true })),
  ];
}

/** The fault of a row that was refused. The target's text is in the dead letter only: it may quote the row. */
const rejected = ({ connection, code }: Remote): Fault =>
  new Fault('remote.rejected', `${connection} refused the row: ${code}`);

function plainly({ action: { connection }, outcome: { code, text, field } }: Refused): Refusal {
  const remote = { connection, code, text, ...(field === undefined ? {} : { field }) };
  return { fault: rejected(remote), remote };
}

const called = (refused: Refused | undefined): Pick<Refusal, 'requestId'> =>
  refused?.outcome.requestId === undefined ? {} : { requestId: refused.outcome.requestId };

/**
 * Why a record is refused. Of several rows the first that was; but doubt comes before all, because who mends a row and
 * replays its letter repeats the rest of it. `other`: what else leaves the record undone.
 */
export function refusalOf(verdict: Verdict, one: Attempt, other?: Fault): Refusal | undefined {
  const all = refusedOf(verdict, one.lane);
  const first = all.find((refused) => !isDoubt(refused));
  const row = first && plainly(first);
  const doubts = doubtsOf(verdict, all, one);
  const beside = row ?? (other && { fault: other });
  const reason = doubtReason(doubts, beside);
  if (reason?.remote === undefined) return row && { ...row, ...called(first) };
  const { fault, remote } = reason;
  return { fault, remote, doubts, ...(beside && { beside }), ...called(all.find(isDoubt)) };
}

/** Of what went wrong in a batch its line may be the only word there is, so no sample may leave it out. */
export const levelOf = ({ endings: { held, parked, rejected, malformed } }: Ledger): 'info' | 'warn' =>
  held + parked + rejected + malformed > 0 ? 'warn' : 'info';

/** Most lines about records of one batch: a target that refuses everything must not drown what else is said. */
const MOST_LINES = 20;

/**
 * Says in the log which records were refused for good or fail alone, be it that the state store is the reason, and what
 * their target calls the request: from the position in the stream to the request there, without opening a dead letter.
 */
export function logRefused(messages: readonly Message[], settlements: readonly Settlement[], run: Run): void {
  const lines = settlements.flatMap(({ endings }, i) =>
    endings.flatMap(({ name, fault, person, connection, requestId }, place) => {
      if (name !== 'rejected' && name !== 'parked') return [];
      const message = messages[i];
      const record = message?.record ?? place;
      return [
        { message: message?.id, record, ending: name, person, connection, requestId, code: fault?.code },
      ];
    }),
  );
  for (const line of lines.slice(0, MOST_LINES)) run.deps.log.write('warn', 'record.refused', line);
  if (lines.length > MOST_LINES)
    run.deps.log.write('warn', 'record.refused', { more: lines.length - MOST_LINES });
}
