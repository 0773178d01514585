import { Fault } from './fault.js';
import type { Doubt, Reason, Remote } from './kept.js';

/** As a refusal's code: nobody refused, but nobody answered either. */
export const DOUBTFUL = 'DOUBTFUL';

/** As a refusal's code: as {@link DOUBTFUL}, and nobody wants it any more. */
const BYGONE = 'DOUBTFUL_BYGONE';

/** What is said of a send to `connection` that had no answer and must not be repeated. */
export const silenceOf = (connection: string): string =>
  `"${connection}" gave no answer, so this may have been done, and it takes no idempotency key: it is not sent again by itself.`;

const overtaken = (connection: string): string =>
  `"${connection}" gave no answer, so this may have been done. What caused it has been overtaken since.`;

/** Connections and objects, each once. */
const named = (doubts: readonly Doubt[]): string =>
  [...new Set(doubts.map(({ connection, object }) => `${connection} (${object})`))].join(', ');

function faultOf(open: readonly Doubt[], gone: readonly Doubt[], beside: Reason | undefined): Fault {
  const parts: string[] = [];
  const silence = 'gave no answer to a send that must not be repeated';
  if (open.length > 0)
    parts.push(
      `${named(open)} ${silence}; look whether it was done, and replay the dead letter if nothing of it was`,
    );
  if (gone.length > 0)
    parts.push(
      `${named(gone)} ${silence}, and what it was about has been overtaken since; look whether it was done and put it right by hand: a replay does not send it`,
    );
  if (beside)
    parts.push(
      `beside it something else of the record was not done (${beside.fault.code}), so do not drop the letter before that is done, too`,
    );
  return new Fault('remote.doubtful', parts.join('. Besides, '));
}

/**
 * The reason of a letter, all of whose doubts are given, and what was wrong with its record beside them. Doubt comes first:
 * it has to be judged before anything is replayed. Undefined without any.
 */
export function doubtReason(doubts: readonly Doubt[], beside?: Reason): Reason | undefined {
  const open = doubts.filter((doubt) => !doubt.overtaken);
  const gone = doubts.filter((doubt) => doubt.overtaken);
  const [first] = [...open, ...gone];
  if (first === undefined) return undefined;
  const { connection } = first;
  const remote: Remote = first.overtaken
    ? { connection, code: BYGONE, text: overtaken(connection) }
    : { connection, code: DOUBTFUL, text: silenceOf(connection) };
  return { fault: faultOf(open, gone, beside), remote };
}
