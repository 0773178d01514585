import { concealed } from '../conceal.js';
import { Fault } from '../core/fault.js';
import type { DeadLetters, Doubt, KeptMessage, Parked, RetryQueue } from '../core/kept.js';
import type { Clock, Log, Message, Pipeline, RunOptions, Settlement } from '../core/ports.js';

/** One message of the retry queue as a platform hands it over. */
export interface Arrival {
  /** What the platform calls it. */
  readonly id: string;
  readonly body: Uint8Array;
  /** When it was put into the queue, epoch milliseconds. */
  readonly at: number;
}

/** What working off the retry queue needs. */
export interface ReplayDeps {
  readonly pipeline: Pipeline;
  readonly parking: RetryQueue;
  /** Name of the queue, for people. */
  readonly source: string;
  readonly deadLetters: DeadLetters;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** When to stop, and what the platform calls the invocation and the trace that it belongs to. */
export type ReplayOptions = Pick<RunOptions, 'deadline' | 'invocation' | 'traceparent'>;

/** Works off messages of the retry queue. Gives those the platform must not forget, by their id, with the reason. */
export type Replay = (
  arrivals: readonly Arrival[],
  options: ReplayOptions,
) => Promise<ReadonlyMap<string, unknown>>;

/** One arrival that could be read. */
interface Opened {
  readonly id: string;
  readonly parked: Parked;
}

type Left = Map<string, unknown>;

/** What has been overtaken is not wanted any more: there is nothing to give leave to. */
const leaveTo = (doubts: readonly Doubt[]): readonly string[] =>
  doubts.flatMap(({ target, overtaken }) => (overtaken ? [] : [target]));

/** The message as the pipeline takes it: the one record that is meant, and what is known of its past. */
export function toMessage(kept: KeptMessage): Message {
  const { message, record, at, attempts = 1, firstSeen = at, owed, fault, doubts } = kept;
  return {
    ...message,
    ...(record !== undefined && { record }),
    attempts,
    firstSeen,
    ...(owed && { owed }),
    ...(fault.code === 'remote.doubtful' && { judged: doubts ? leaveTo(doubts) : true }),
  };
}

/** Oldest first, so that fewer of them find that a newer one was faster. */
export const oldestFirst = (a: KeptMessage, b: KeptMessage): number => a.message.at - b.message.at;

/** Does something for the good of some arrivals; a fault leaves them to the platform. */
async function orLeave(ids: readonly string[], left: Left, work: () => Promise<unknown>): Promise<void> {
  if (ids.length === 0) return;
  try {
    await work();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    for (const id of ids) left.set(id, fault);
  }
}

/** A message that is not ours, or of a newer version: its bytes become a dead letter. */
const poison = ({ id, body, at }: Arrival, source: string, fault: Fault, now: number): KeptMessage => ({
  message: { id, body, at, source },
  fault,
  at: now,
  attempts: 1,
  firstSeen: now,
});

async function openAll(arrivals: readonly Arrival[], left: Left, deps: ReplayDeps): Promise<Opened[]> {
  const results = await Promise.all(arrivals.map(({ body }) => deps.parking.open(body)));
  const opened: Opened[] = [];
  const poisoned: { id: string; letter: KeptMessage }[] = [];
  for (const [i, arrival] of arrivals.entries()) {
    const result = results[i];
    if (!result) continue;
    if (result.ok) opened.push({ id: arrival.id, parked: result.value });
    else if (result.fault.retryable) left.set(arrival.id, result.fault);
    else {
      const letter = poison(arrival, deps.source, result.fault, deps.clock.now());
      poisoned.push({ id: arrival.id, letter });
    }
  }
  const ids = poisoned.map(({ id }) => id);
  if (ids.length > 0)
    deps.log.write('error', 'replay.unreadable', { code: 'park.format', count: ids.length });
  await orLeave(ids, left, () => deps.deadLetters.bury(poisoned.map(({ letter }) => letter)));
  return opened;
}

const unsettled = ({ endings }: Settlement): unknown =>
  endings.find(({ name }) => name === 'held')?.fault ?? new Error('it was held without a reason');

async function runSome(
  some: readonly Opened[],
  left: Left,
  deps: ReplayDeps,
  options: ReplayOptions,
): Promise<void> {
  const messages = some.map(({ parked }) => toMessage(parked.kept));
  // Nobody delivers them again in order to hold: what fails once more is parked once more, and waits longer.
  const settlements = await deps.pipeline.run(messages, { ...options, redelivers: false });
  for (const [i, { id, parked }] of some.entries()) {
    const settlement = settlements[i];
    if (!settlement?.settled) left.set(id, settlement ? unsettled(settlement) : new Error('no answer'));
    else if (parked.claim !== undefined) await forget(parked, deps);
  }
}

/** What is left behind costs a little storage and nothing else, so it is no reason to try the message again. */
async function forget(parked: Parked, { parking, log }: ReplayDeps): Promise<void> {
  try {
    await parking.forget(parked);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    log.write('warn', 'replay.claim-left', { code: fault.code, claim: parked.claim });
  }
}

/** Runs them together; when that crashes each by itself, so that one which crashes the program leaves only itself. */
async function runAll(
  due: readonly Opened[],
  left: Left,
  deps: ReplayDeps,
  options: ReplayOptions,
): Promise<void> {
  try {
    if (due.length > 0) await runSome(due, left, deps, options);
  } catch (error) {
    if (due.length === 1) for (const { id } of due) left.set(id, error);
    else for (const one of due) await runAll([one], left, deps, options);
  }
}

/** Says why messages are left to the platform; of a crash also where. */
function report(error: unknown, { log }: ReplayDeps): void {
  if (error instanceof Fault) log.write('error', 'replay.left', { code: error.code, why: error.message });
  else log.write('error', 'replay.crashed', { error: concealed(error).stack });
}

/**
 * The consumer of the retry queue: parked messages go through the pipeline with today's rules and the guard against what
 * is stale. What cannot be read is buried with its bytes, what came before its time is put back, what fails again is
 * parked again by the pipeline. Only what could not be kept anywhere is left to the platform.
 */
export function createReplay(deps: ReplayDeps): Replay {
  return async (arrivals, options) => {
    const left: Left = new Map();
    const opened = await openAll(arrivals, left, deps);
    const now = deps.clock.now();
    const early = opened.filter(({ parked }) => parked.due > now);
    await orLeave(
      early.map(({ id }) => id),
      left,
      () => deps.parking.postpone(early.map(({ parked }) => parked)),
    );
    const due = opened.filter(({ parked }) => parked.due <= now);
    due.sort((a, b) => oldestFirst(a.parked.kept, b.parked.kept));
    await runAll(due, left, deps, options);
    for (const error of new Set(left.values())) report(error, deps);
    return left;
  };
}
