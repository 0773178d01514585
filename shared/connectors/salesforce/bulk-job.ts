import * as z from 'zod';
import type { Outcome } from '../../core/remote.js';
import { unknown } from '../wire/outcome.js';
import { fromStatus } from './answer.js';
import { type Lines, type Results, readLines } from './bulk-results.js';
import { type ApiRequest, type Org, request, STEP_MS, unsent } from './org.js';
import type { Answering } from './problem.js';

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
/** Result files repeat what was uploaded. */
const MOST_BYTES = 64 * 1024 * 1024;

const JOBS = ['jobs', 'ingest'];

/** Makes a job that upserts. Gives its id; nothing is written by it yet. */
export async function createJob(
  org: Org,
  { object, field }: { readonly object: string; readonly field: string },
  signal: AbortSignal,
): Promise<string | Outcome> {
  const body = {
    object,
    externalIdFieldName: field,
    contentType: 'CSV',
    operation: 'upsert',
    lineEnding: 'LF',
  };
  const said = await request(org, { method: 'POST', path: JOBS, body, timeoutMs: STEP_MS }, signal);
  if (said.kind === 'silent') return unsent(said.outcome);
  const job = Job.safeParse(said.reply.json).data;
  if (said.reply.status === 200 && job !== undefined) return job.id;
  const outcome = fromStatus(said.context, said.reply);
  if (outcome.kind !== 'rejected') return unsent(outcome);
  // The request names no row, so none of them can be at fault.
  const { whole: _, ...refusal } = outcome;
  return refusal;
}

async function step(org: Org, asked: ApiRequest, signal: AbortSignal): Promise<Outcome | undefined> {
  const said = await request(org, { timeoutMs: STEP_MS, ...asked }, signal);
  if (said.kind === 'silent') return said.outcome;
  return said.reply.status === 200 || said.reply.status === 201
    ? undefined
    : fromStatus(said.context, said.reply);
}

/** Uploads the rows; still nothing is written by it. An outcome is why not. */
export async function upload(
  org: Org,
  id: string,
  csv: string,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const outcome = await step(org, { method: 'PUT', path: [...JOBS, id, 'batches'], body: csv }, signal);
  return outcome && unsent(outcome);
}

/** Sets the job to work, or gives it up. An outcome is why not. */
export const setState = (
  org: Org,
  id: string,
  state: 'UploadComplete' | 'Aborted',
  signal: AbortSignal,
  timeoutMs = STEP_MS,
): Promise<Outcome | undefined> =>
  step(org, { method: 'PATCH', path: [...JOBS, id], body: { state }, timeoutMs }, signal);

async function sleep({ deps }: Org, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await deps.clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** Looks at the job until it has ended or `until` (epoch milliseconds) is over. An answer that says nothing is looked for again. */
export async function awaitJob(
  org: Org,
  id: string,
  until: number,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  const { clock } = org.deps;
  for (let wait = FIRST_MS; clock.now() + wait <= until; wait = Math.min(wait * 2, LAST_MS)) {
    if (!(await sleep(org, wait, signal))) return undefined;
    const said = await request(org, { method: 'GET', path: [...JOBS, id], timeoutMs: STEP_MS }, signal);
    if (said.kind === 'silent' || said.reply.status !== 200) continue;
    const job = Job.safeParse(said.reply.json).data;
    const state = ENDED.safeParse(job?.state).data;
    if (state !== undefined) return { state, text: job?.errorMessage ?? '', context: said.context };
  }
  return undefined;
}

async function readFile(org: Org, id: string, name: string, signal: AbortSignal): Promise<Lines | undefined> {
  const asked = {
    method: 'GET',
    path: [...JOBS, id, name],
    timeoutMs: STEP_MS,
    maxBytes: MOST_BYTES,
  } as const;
  const said = await request(org, asked, signal);
  if (said.kind === 'silent' || said.reply.status !== 200) return undefined;
  return readLines(said.reply.text);
}

/** Reads all three result files; unknown when one of them cannot be read, for then nobody knows whose row it told of. */
export async function readResults(org: Org, id: string, signal: AbortSignal): Promise<Results | Outcome> {
  const successful = await readFile(org, id, 'successfulResults', signal);
  const failed = successful && (await readFile(org, id, 'failedResults', signal));
  const unprocessed = failed && (await readFile(org, id, 'unprocessedrecords', signal));
  if (successful && failed && unprocessed) return { successful, failed, unprocessed };
  return unknown(
    'remote.unanswered',
    `"${org.name}" ended a bulk job, and did not tell what became of its rows.`,
  );
}
