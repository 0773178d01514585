import type { Outcome } from '../../core/remote.js';
import { unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import type { Reply } from '../wire/transport.js';
import { compose, type PartRequest, type Parts, readParts } from './multipart.js';
import { type Answered, ask, type Org } from './org.js';
import { type Answering, fromProblem, wholly } from './problem.js';

/** Reads the answer of one part; `index` is its place in the batch. */
export type ReadPart<T> = (context: Answering, reply: Reply, index: number) => T | Outcome;

const isError = (reply: Reply | undefined): reply is Reply => reply !== undefined && reply.status >= 400;

/**
 * A request that was not answered with 200. Servers that stop at the first error answer 400 with just that error, so
 * nobody can tell which of several parts it is about, nor that those before it were carried out.
 */
function refused<T extends object>(
  { context, reply }: Answered,
  found: Parts | undefined,
  count: number,
  read: ReadPart<T>,
): readonly (T | Outcome)[] {
  const inner = found?.answers.at(-1);
  if (isError(inner) && count === 1) return [ofRequest(read(context, inner, 0), context)];
  const about = isError(inner) ? inner : reply;
  const outcome = fromProblem(context, about, 'request');
  const marked: Outcome =
    isError(inner) && outcome.kind === 'rejected' ? { ...outcome, whole: true } : wholly(outcome, about);
  return Array.from({ length: count }, () => marked);
}

/**
 * Whether answers can be told apart by position: a shorter list is believed as far as it goes if it stopped at an error
 * or was cut off; any other that is not as long as the request says nothing.
 */
function fits({ answers, closed }: Parts, count: number): boolean {
  if (answers.length === count) return true;
  return answers.length < count && (!closed || isError(answers.at(-1)));
}

/** Reading changes nothing, so no answer leaves nothing in doubt. */
function ofReading(outcome: Outcome, scope: 'row' | 'connection'): Outcome {
  return outcome.kind === 'unknown' ? { kind: 'retry', scope, fault: outcome.fault } : outcome;
}

/** A part is an answer to the request that it came in, so it goes by the name of that. */
const ofRequest = <T extends object>(result: T | Outcome, { requestId }: Answering): T | Outcome =>
  'kind' in result ? named(result, requestId) : result;

/**
 * Sends parts as one batch and gives one result for each, in order. What was not said is `unknown`, or of parts that only
 * read: to be tried again.
 */
export async function batch<T extends object>(
  org: Org,
  parts: readonly PartRequest[],
  signal: AbortSignal,
  read: ReadPart<T>,
): Promise<readonly (T | Outcome)[]> {
  const reads = parts.every(({ method }) => method === 'GET');
  const { contentType, body } = compose(parts);
  const headers = { 'content-type': contentType, prefer: 'odata.continue-on-error' };
  const path = `${org.root}/$batch`;
  const asked = await ask(org, { method: 'POST', path, headers, body }, signal);
  if (asked.kind === 'unanswered') {
    const outcome = reads ? ofReading(asked.outcome, 'connection') : asked.outcome;
    return parts.map(() => outcome);
  }
  const found = readParts(asked.reply);
  if (asked.reply.status !== 200) return refused(asked, found, parts.length, read);
  const missing = (what: string): Outcome => {
    const text = `"${org.name}" answered ${what} to a batch of ${parts.length}.`;
    const outcome = unknown('remote.unanswered', text);
    return named(reads ? ofReading(outcome, 'row') : outcome, asked.context.requestId);
  };
  if (found === undefined) return parts.map(() => missing('something that is no batch'));
  const { answers } = found;
  if (!fits(found, parts.length)) return parts.map(() => missing(`${answers.length} parts`));
  return parts.map((_, i) => {
    const answer = answers[i];
    if (answer === undefined) return missing('no readable part for this row');
    return ofRequest(read(asked.context, answer, i), asked.context);
  });
}
