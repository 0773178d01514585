import * as z from 'zod';
import type { Outcome } from '../../core/remote.js';
import { unknown, unsent } from '../wire/outcome.js';
import { STEP_MS } from '../wire/patience.js';
import { fromStatus } from './answer.js';
import { type Lines, type Results, readLines } from './bulk-results.js';
import { type ApiRequest, type Org, request, type Said } from './org.js';
import type { Answering } from './problem.js';

/** What the requests of one job have in common. */
export interface Work {
  readonly org: Org;
  readonly signal: AbortSignal;
  /** When the job must have ended, epoch milliseconds. */
  readonly until: number;
}

/** Longest wait for the next answer, so that all of them together end in time; then each comes too late. */
const timeLeft = ({ org, until }: Work): number =>
  Math.max(1, Math.min(STEP_MS, until - org.deps.clock.now()));

/** A job as it ended. */
export interface Ended {
  readonly state: 'JobComplete' | 'Failed' | 'Aborted';
  readonly text: string;
  readonly context: Answering;
}

const Job = z.object({
  id: z.string().regex(/^[A-Za-z0-9]{15,18}$/),
  state: z.string(),
  errorMessage: z.string().nullish(),
});
const ENDED = z.enum(['JobComplete', 'Failed', 'Aborted']);

/** Waits between looks at a job, milliseconds: they double. */
const [FIRST_MS, LAST_MS] = [1_000, 8_000];
/** Longest wait for a result file, milliseconds. */
const FILE_MS = 8_000;
/** Result files repeat what was uploaded. */
const MOST_BYTES = 64 * 1024 * 1024;

const JOBS = ['jobs', 'ingest'];

/** Makes a job that upserts. Gives its id; nothing is written by it yet. */
export async function createJob(
  work: Work,
  { object, field }: { readonly object: string; readonly field: string },
): Promise<string | Outcome> {
  const body = {
    object,
    externalIdFieldName: field,
    contentType: 'CSV',
    operation: 'upsert',
    lineEnding: 'LF',
  };
  const asked = { method: 'POST', path: JOBS, body, timeoutMs: timeLeft(work) } as const;
  const said = await request(work.org, asked, work.signal);
  if (said.kind === 'silent') return unsent(said.outcome);
  const job = Job.safeParse(said.reply.json).data;
  if (said.reply.status === 200 && job !== undefined) return job.id;
  const outcome = fromStatus(said.context, said.reply);
  if (outcome.kind !== 'rejected') return unsent(outcome);
  // The request names no row, so none of them can be at fault.
  const { whole: _, ...refusal } = outcome;
  return refusal;
}

async function step({ org, signal }: Work, asked: ApiRequest): Promise<Outcome | undefined> {
  const said = await request(org, asked, signal);
  if (said.kind === 'silent') return said.outcome;
  const isDone = said.reply.status === 200 || said.reply.status === 201;
  return isDone ? undefined : fromStatus(said.context, said.reply);
}

/** Uploads the rows; still nothing is written by it. An outcome is why not. */
export async function upload(work: Work, id: string, csv: string): Promise<Outcome | undefined> {
  const path = [...JOBS, id, 'batches'];
  const outcome = await step(work, { method: 'PUT', path, body: csv, timeoutMs: timeLeft(work) });
  return outcome && unsent(outcome);
}

/** Sets the job to work, or gives it up. An outcome is why not. */
export const setState = (
  work: Work,
  id: string,
  state: 'UploadComplete' | 'Aborted',
): Promise<Outcome | undefined> =>
  step(work, { method: 'PATCH', path: [...JOBS, id], body: { state }, timeoutMs: timeLeft(work) });

async function sleep({ deps }: Org, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await deps.clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** Looks at the job until it has ended or the time is over. An answer that says nothing is looked for again. */
export async function awaitJob(work: Work, id: string): Promise<Ended | undefined> {
  const { org, signal, until } = work;
  const { clock } = org.deps;
  for (let wait = FIRST_MS; clock.now() + wait < until; wait = Math.min(wait * 2, LAST_MS)) {
    if (!(await sleep(org, wait, signal))) return undefined;
    const asked = { method: 'GET', path: [...JOBS, id], timeoutMs: timeLeft(work) } as const;
    const said = await request(org, asked, signal);
    // A login that was refused may be locked by trying.
    if (isLockedOut(said)) return undefined;
    if (said.kind === 'silent' || said.reply.status !== 200) continue;
    const job = Job.safeParse(said.reply.json).data;
    const state = ENDED.safeParse(job?.state).data;
    if (state !== undefined) return { state, text: job?.errorMessage ?? '', context: said.context };
  }
  return undefined;
}

const isLockedOut = (said: Said): boolean =>
  said.kind === 'said'
    ? said.reply.status === 401
    : said.outcome.kind === 'retry' && said.outcome.fault.code === 'remote.unauthorized';

async function readFile({ org, signal }: Work, id: string, name: string): Promise<Lines | undefined> {
  const asked = {
    method: 'GET',
    path: [...JOBS, id, name],
    timeoutMs: FILE_MS,
    maxBytes: MOST_BYTES,
  } as const;
  const said = await request(org, asked, signal);
  if (said.kind === 'silent' || said.reply.status !== 200) return undefined;
  return readLines(said.reply.text);
}

/** Reads all three result files; unknown when one of them cannot be read, for then nobody knows whose row it told of. */
export async function readResults(work: Work, id: string): Promise<Results | Outcome> {
  const successful = await readFile(work, id, 'successfulResults');
  const failed = successful && (await readFile(work, id, 'failedResults'));
  const unprocessed = failed && (await readFile(work, id, 'unprocessedrecords'));
  if (successful && failed && unprocessed) return { successful, failed, unprocessed };
  return unknown(
    'remote.unanswered',
    `"${work.org.name}" ended a bulk job, and did not tell what became of its rows.`,
  );
}
