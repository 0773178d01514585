import { Fault } from '../../core/fault.js';
import type { Json } from '../../core/ports.js';
import type { Outcome } from '../../core/remote.js';
import { retry, unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { presentable } from '../wire/vendor-text.js';
import { awaitJob, createJob, type Ended, readResults, setState, upload, type Work } from './bulk-job.js';
import { outcomesByKey } from './bulk-results.js';
import { toCsv } from './csv.js';
import { fieldsOf, isId, type Refused, type Row, refuse } from './row.js';
import { type Batch, type Operate, upsertRows } from './rows.js';

/** Most rows of one job: Salesforce works on so many at a time (Bulk API 2.0 guide, "internal batches"). */
export const BULK_ROWS = 10_000;
/** Most bytes of the actions of one job; an upload may have 100 MB, but the answers repeat it and are held in memory. */
export const BULK_BYTES = 10_000_000;

/** Clears a field; an empty one leaves it as it is (Bulk API 2.0 guide, "Valid CSV Record Rows"). */
const CLEAR = '#N/A';

/** Longest wait for the answer when a job is given up, milliseconds: the run may be about to end. */
const GIVE_UP_MS = 2_000;

/** A value as CSV has it, or nothing for one that CSV cannot carry. */
function cellOf(value: Json): string | undefined {
  if (value === null || value === '') return CLEAR;
  if (typeof value === 'object' || value === CLEAR) return undefined;
  return String(value);
}

function faultOf(row: Row): Refused | undefined {
  const odd = Object.entries(fieldsOf(row)).find(([, value]) => cellOf(value) === undefined);
  return (
    odd &&
    refuse(
      'bulk.value',
      `A bulk job cannot carry this value of "${odd[0]}": a list, an object or the text ${CLEAR}.`,
      odd[0],
    )
  );
}

/** All rows have all columns; what a row does not name stays empty, which changes nothing. */
function csvOf(field: string, rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(fieldsOf(row))))];
  const lines = rows.map((row) => {
    const fields = fieldsOf(row);
    return [
      row.value,
      ...names.map((name) => (Object.hasOwn(fields, name) ? (cellOf(fields[name] ?? null) ?? '') : '')),
    ];
  });
  return toCsv([[field, ...names], ...lines]);
}

/** What an ended job means for rows that it did not get to. */
function notDone({ state, text, context }: Ended): Outcome {
  const { connection, secrets } = context;
  const [, code = 'BULK_JOB_FAILED'] = /^(InvalidBatch|InvalidJob|ClientInputError)\b/.exec(text) ?? [];
  if (state === 'Failed' && code !== 'BULK_JOB_FAILED')
    return { kind: 'rejected', code, text: presentable(text, secrets) };
  const why = /TooManyLockFailure|lock/i.test(text) ? 'remote.row-busy' : 'remote.unavailable';
  return retry('row', new Fault(why, `"${connection}" ended a bulk job (${state}) before it got to a row.`));
}

/** Gives a job up that may still be at work: what it would write later may be old by then. Whether it works out is no matter. */
function giveUp({ org }: Work, id: string): Promise<unknown> {
  // Also when somebody has stopped the run.
  const { signal } = new AbortController();
  return setState({ org, signal, until: org.deps.clock.now() + GIVE_UP_MS }, id, 'Aborted');
}

const tooLate = (name: string): Outcome =>
  unknown(
    'remote.timeout',
    `"${name}" did not end a bulk job within "bulk.withinMs"; it was given up and may have been carried out in part.`,
  );

/** Closes a job and awaits its end. An outcome is what is to be said of all rows instead. */
async function finish(work: Work, id: string): Promise<Ended | Outcome> {
  const notClosed = await setState(work, id, 'UploadComplete');
  const mayRun = notClosed === undefined || notClosed.kind === 'unknown';
  return (mayRun ? await awaitJob(work, id) : undefined) ?? notClosed ?? tooLate(work.org.name);
}

/** What became of the rows of a job, by the value of their external id. */
interface Worked {
  /** The id of the job, by which Setup lists it: what its rows call their request. */
  readonly id: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

async function workOff(work: Work, { object, field, rows }: Batch): Promise<Outcome | Worked> {
  const id = await createJob(work, { object, field });
  if (typeof id !== 'string') return id;
  const end = (await upload(work, id, csvOf(field, rows))) ?? (await finish(work, id));
  if ('kind' in end) {
    await giveUp(work, id);
    return named(end, id);
  }
  const results = await readResults(work, id);
  if ('kind' in results) return named(results, id);
  return { id, outcomes: outcomesByKey(results, field, end.context, notDone(end)) };
}

/**
 * Upserts very many rows by one Bulk API 2.0 job: created, uploaded as CSV, closed, awaited and read. A job that has not
 * ended in time is given up, and its rows are unknown.
 */
export const upsertInBulk: Operate = async (org, batch, signal) => {
  if (isId(batch.field)) return upsertRows(org, batch, signal);
  const faults = new Map(batch.rows.map((row) => [row, faultOf(row)]));
  const rows = batch.rows.filter((row) => faults.get(row) === undefined);
  const until = org.deps.clock.now() + (org.config.bulk?.withinMs ?? 0);
  const done = rows.length > 0 ? await workOff({ org, signal, until }, { ...batch, rows }) : undefined;
  const untold = unknown('remote.unanswered', `"${org.name}" ended a bulk job without a word about a row.`);
  const outcomeOf = ({ value }: Row): Outcome => {
    if (done === undefined) return untold;
    return 'kind' in done ? done : named(done.outcomes.get(value.trim()) ?? untold, done.id);
  };
  return batch.rows.map((row) => faults.get(row) ?? outcomeOf(row));
};
