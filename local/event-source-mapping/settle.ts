import type { Invocation, Invoke } from '../lambda-invoker.js';
import { doneCount } from './answer.js';
import type { DiscardedBatch } from './on-failure.js';
import { type HeldRecord, toEvent } from './record.js';
import { backoff, type Resting, rest } from './rest.js';
import type { MappingSettings } from './settings.js';

/** What the mapping has done so far; every record read is done, discarded or still behind. */
export interface Counters {
  invocations: number;
  read: number;
  done: number;
  discarded: number;
}

/** What settling a batch takes. */
export interface SettleDeps extends Resting {
  readonly settings: MappingSettings;
  readonly invoke: Invoke;
  readonly discard: (batch: DiscardedBatch) => Promise<void>;
  readonly counters: Counters;
  readonly onError: (error: unknown) => void;
}

/** One batch on its way. `sends` counts how often exactly these records were sent. */
interface Batch {
  records: readonly HeldRecord[];
  sends: number;
  last: Invocation | undefined;
  /** Failed rounds in a row, for the pause. */
  rounds: number;
}

const renew = (batch: Batch, records: readonly HeldRecord[]): void => {
  batch.records = records;
  batch.sends = 0;
};

async function discard(
  batch: Batch,
  count: number,
  condition: DiscardedBatch['condition'],
  deps: SettleDeps,
) {
  const records = batch.records.slice(0, count);
  await deps.discard({ records, condition, sends: batch.sends, last: batch.last });
  deps.counters.discarded += count;
  renew(batch, batch.records.slice(count));
}

async function discardOld(batch: Batch, deps: SettleDeps): Promise<void> {
  const { maximumRecordAgeInSeconds: age } = deps.settings;
  if (age < 0) return;
  const oldest = deps.clock.now() - age * 1_000;
  const live = batch.records.findIndex(({ arrivedAt }) => arrivedAt >= oldest);
  const count = live < 0 ? batch.records.length : live;
  if (count > 0) await discard(batch, count, 'RecordAgeExceeded', deps);
}

/** Sends the batch; `undefined` when the function could not be called, which costs no retry and splits nothing. */
async function send(batch: Batch, deps: SettleDeps): Promise<number | undefined> {
  try {
    batch.last = await deps.invoke(toEvent(batch.records));
  } catch (error) {
    deps.onError(error);
    return undefined;
  }
  deps.counters.invocations += 1;
  batch.sends += 1;
  if (batch.last.functionError !== undefined) return 0;
  const ids = batch.records.map(({ sequenceNumber }) => sequenceNumber);
  const done = doneCount(batch.last.payload, ids, deps.settings.reportBatchItemFailures);
  deps.counters.done += done;
  return done;
}

async function halves({ records }: Batch, deps: SettleDeps): Promise<void> {
  const half = Math.ceil(records.length / 2);
  await settle(records.slice(0, half), deps);
  await settle(records.slice(half), deps);
}

/**
 * Brings one batch to its end as Lambda does: what is too old is discarded, the rest is sent; what a partial answer
 * leaves is a new batch; a batch that failed whole is split if `bisect` says so, else sent again until its retries
 * run out. Splitting costs no retry. When the mapping stops, what is not done stays so: nothing is discarded.
 */
export async function settle(records: readonly HeldRecord[], deps: SettleDeps): Promise<void> {
  const { maximumRetryAttempts: retries, bisectBatchOnFunctionError: bisect } = deps.settings;
  const batch: Batch = { records, sends: 0, last: undefined, rounds: 0 };
  while (!deps.signal.aborted) {
    await discardOld(batch, deps);
    if (batch.records.length === 0) return;
    const done = await send(batch, deps);
    if (done === batch.records.length) return;
    if (done !== undefined && done > 0) batch.rounds = 0;
    if (!(await rest(deps, backoff(batch.rounds++)))) return;
    if (done === undefined) continue;
    if (done > 0) renew(batch, batch.records.slice(done));
    else if (bisect && batch.records.length > 1) return halves(batch, deps);
    else if (retries >= 0 && batch.sends > retries) {
      await discard(batch, batch.records.length, 'RetryAttemptsExhausted', deps);
      return;
    }
  }
}
