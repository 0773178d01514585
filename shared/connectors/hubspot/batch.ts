import * as z from 'zod';
import type { Outcome } from '../../core/remote.js';
import { unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import type { Reply } from '../wire/transport.js';
import { type Answering, contextOf, fromRowProblem, Problem } from './problem.js';
import { readable } from './readable.js';
import { fromRefusal } from './refusal.js';

/** One row of a batch on its way: `trace` is what the answer names it by, `id` what it was addressed by. */
export interface Traced {
  readonly trace: string;
  readonly id: string;
}

const Batch = z.object({
  // A batch that is PENDING, PROCESSING or CANCELED has done nothing that could be believed.
  status: z.literal('COMPLETE'),
  results: z.array(z.unknown()),
  errors: z.array(z.unknown()).optional(),
});
const Result = z.object({
  id: z.string().min(1),
  new: z.boolean().optional(),
  objectWriteTraceId: z.string(),
});
type Result = z.infer<typeof Result>;

/** 207 is in the schema of some versions and not of others, 201 is the answer where something was made. */
const ANSWERED = new Set([200, 201, 207]);

const accepted = ({ id, new: created }: Result): Outcome => ({
  kind: 'accepted',
  id,
  ...(created !== undefined && { created }),
});

const isNotFound = ({ category }: Problem): boolean => category === 'OBJECT_NOT_FOUND';

/** True when an error is about a row: it names its trace, or the id it was addressed by, or there is no other row. */
function isAbout(problem: Problem, { trace, id }: Traced, alone: boolean): boolean {
  const traces = contextOf(problem, 'objectWriteTraceId');
  const ids = [...contextOf(problem, 'ids'), ...contextOf(problem, 'id')];
  if (traces.length === 0 && ids.length === 0) return alone;
  return traces.includes(trace) || ids.some((named) => named.toLowerCase() === id.toLowerCase());
}

/** An `upsert` or `send` that finds nothing would have made it: there this is no answer like others. */
const fromProblem = (context: Answering, problem: Problem): Outcome =>
  isNotFound(problem) && context.operation !== 'upsert' && context.operation !== 'send'
    ? { kind: 'absent' }
    : fromRowProblem(context, problem);

/** What a whole batch was answered: for each row its outcome, `silent` where the answer does not mention it. */
export interface BatchAnswer {
  readonly outcomes: readonly Outcome[];
  readonly silent: ReadonlySet<number>;
}

/**
 * Reads the answer to a batch of rows. Rows are found by their trace alone: HubSpot promises no order of results. A row
 * that is called both done and refused, or neither, is unknown.
 */
export function fromBatch(context: Answering, reply: Reply, rows: readonly Traced[]): BatchAnswer {
  const batch = ANSWERED.has(reply.status) ? Batch.safeParse(reply.json).data : undefined;
  if (batch === undefined) {
    const outcome = fromRefusal(context, reply);
    return { outcomes: rows.map(() => outcome), silent: new Set() };
  }
  const results = readable(Result, batch.results);
  const problems = readable(Problem, batch.errors ?? []);
  const silent = new Set<number>();
  const outcomeOf = (row: Traced, i: number): Outcome => {
    const done = results.find(({ objectWriteTraceId }) => objectWriteTraceId === row.trace);
    const problem = problems.find((each) => isAbout(each, row, rows.length === 1));
    if (done !== undefined && problem === undefined) return accepted(done);
    if (problem !== undefined && done === undefined) return fromProblem(context, problem);
    if (problem === undefined) silent.add(i);
    const said = problem === undefined ? 'neither success nor error' : 'both success and error';
    return unknown('remote.unanswered', `"${context.connection}" said ${said} for a row.`);
  };
  return { outcomes: rows.map((row, i) => named(outcomeOf(row, i), context.requestId)), silent };
}
