import { Fault } from '../core/fault.js';
import type { Verdict } from '../core/fold.js';
import type { KeptMessage } from '../core/kept.js';
import type { Ledger, Message, Settlement } from '../core/ports.js';
import type { Attempt } from './attempt.js';
import { BYGONE, bygoneFault, DOUBTFUL, doubtFault } from './doubt.js';
import type { Run } from './run.js';

/** A target's refusal for good, in its own words, and what it calls the request. */
export interface Refusal extends Pick<KeptMessage, 'requestId'> {
  readonly remote: NonNullable<KeptMessage['remote']>;
}

/** What became bygone with a person's records is told with the last of them. */
function bygoneOf(verdict: Verdict, { draft, bygones }: Attempt): Refusal | undefined {
  const open = verdict === draft.verdicts.at(-1) ? bygones.find(({ isOpen }) => isOpen) : undefined;
  if (open === undefined) return undefined;
  const { connection } = open;
  const text = `"${connection}" gave no answer, so this may have been done. What caused it has been overtaken since.`;
  return { remote: { connection, code: BYGONE, text } };
}

/**
 * What the targets refused of a record. Of several the first; but doubt comes before all, because who mends a row and
 * replays its letter repeats the rest of it.
 */
export function refusalOf(verdict: Verdict, one: Attempt): Refusal | undefined {
  const { lane } = one;
  const about = [...verdict.targets, ...verdict.leans];
  let first = bygoneOf(verdict, one);
  for (const { target, connection } of lane.actions) {
    const outcome = lane.outcomes.get(target);
    if (!about.includes(target) || outcome?.kind !== 'rejected') continue;
    const { code, text, field, requestId } = outcome;
    if (first === undefined || code === DOUBTFUL)
      first = {
        remote: { connection, code, text, ...(field === undefined ? {} : { field }) },
        ...(requestId !== undefined && { requestId }),
      };
    if (code === DOUBTFUL) return first;
  }
  return first;
}

/** The fault of a refused record. The target's text is in the dead letter only: it may quote the row. */
export function rejected({ remote: { connection, code } }: Refusal): Fault {
  if (code === DOUBTFUL) return doubtFault(connection);
  if (code === BYGONE) return bygoneFault(connection);
  return new Fault('remote.rejected', `${connection} refused the row: ${code}`);
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
