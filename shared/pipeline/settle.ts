import { Fault } from '../core/fault.js';
import { type Draft, fold } from '../core/fold.js';
import { MARKS_ID, marksIn, outdated } from '../core/outdated.js';
import type { Versioned } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';
import { settledValues } from '../core/values.js';
import { admit, type ShutOut } from './admit.js';
import { commit } from './commit.js';
import type { AddressedEntry, Entry } from './decode.js';
import { deliver } from './deliver.js';
import { decided } from './doubt.js';
import { shutFault, waitOf } from './hold.js';
import { letGo } from './keep.js';
import { backoff } from './retry.js';
import { isOver, type Run } from './run.js';
import { pause } from './send.js';
import type { Lane } from './waves.js';

/** One person's share of the batch. */
export interface Work {
  readonly id: string;
  readonly entries: readonly AddressedEntry[];
  /** Targets this run has sent to and not yet recorded: after a lost race they count as unsure. */
  readonly sent: Set<string>;
}

/** A person's records folded onto the state as it was read. */
export interface Attempt {
  readonly work: Work;
  readonly state: PersonState;
  readonly version: string | undefined;
  readonly draft: Draft;
  readonly lane: Lane;
}

function groupByPerson(entries: readonly Entry[]): Work[] {
  const works = new Map<string, { id: string; entries: AddressedEntry[]; sent: Set<string> }>();
  for (const entry of entries) {
    if (entry.kind !== 'addressed') continue;
    const work = works.get(entry.person.id) ?? { id: entry.person.id, entries: [], sent: new Set() };
    work.entries.push(entry);
    works.set(entry.person.id, work);
  }
  return [...works.values()];
}

/** The state with everything as unsure that must not be relied on: sent in vain, accepted too long ago, forgotten. */
function doubted(stored: PersonState, sent: ReadonlySet<string>, { deps, marks }: Run): PersonState {
  const old = outdated(stored, deps.clock.now(), deps.rules.refreshMs, marks);
  if (sent.size === 0 && old.length === 0) return stored;
  return { ...stored, unsure: new Set([...stored.unsure, ...sent, ...old]) };
}

function attempt(work: Work, known: Versioned | undefined, run: Run): Attempt {
  const state = doubted(known?.state ?? EMPTY_STATE, work.sent, run);
  const records = work.entries.map(({ profile, person, message }) => ({
    profile,
    key: person.key,
    at: message.at,
    ...(message.owed && { owed: message.owed }),
  }));
  const draft = fold(state, records, run.deps.rules);
  const replayed = work.entries.some(({ message }) => message.owed !== undefined);
  const outcomes = decided(draft.actions, state.unsure, replayed, run.deps.connectors);
  const lane = { person: work.id, actions: draft.actions, outcomes };
  return { work, state, version: known?.version, draft, lane };
}

/** Takes the lease for everybody we must send for. Those who lost the race come back to be read again. */
async function claim(attempts: readonly Attempt[], run: Run): Promise<{ held: Attempt[]; lost: Work[] }> {
  const until = run.deps.clock.now() + run.tuning.leaseMs;
  run.leaseEnd = until;
  const answers = await run.deps.store.write(
    attempts.map(({ work, state, version, draft }) => ({
      id: work.id,
      expected: version,
      state: {
        ...state,
        // Already now, because a stream that redelivers less than this batch must not write an older value over it.
        values: settledValues(state, draft.view),
        claim: { by: run.id, until },
        unsure: new Set([...state.unsure, ...draft.actions.map(({ target }) => target)]),
      },
    })),
    run.signal,
    run.options.deadline,
  );
  const held: Attempt[] = [];
  const lost: Work[] = [];
  for (const [i, one] of attempts.entries()) {
    const answer = answers[i];
    if (answer?.ok) held.push({ ...one, version: answer.version });
    else if (answer?.reason === 'refused')
      await letGo(one.work.entries, answer.fault, run, { alone: !answer.fault.retryable });
    else lost.push(one.work);
  }
  return { held, lost };
}

/** Lets go of persons for whom nothing can be sent now. Nothing was tried, so it counts as no attempt. */
async function holdShut(shut: readonly ShutOut[], run: Run): Promise<void> {
  const now = run.deps.clock.now();
  for (const { one, connection, shut: until } of shut) {
    const more = { connection, untried: true, afterMs: waitOf(until, now) };
    run.counts.actions.unsent += one.lane.actions.length;
    await letGo(one.work.entries, shutFault(connection, until), run, more);
  }
}

/** Delivers and commits everybody whose lease is free; gives back those who must be read again. */
async function settleReady(attempts: readonly Attempt[], run: Run): Promise<Work[]> {
  const { ready, later, shut } = admit(attempts, run);
  await holdShut(shut, run);
  const quiet = ready.filter(({ draft }) => draft.actions.length === 0);
  const { held, lost } = await claim(
    ready.filter(({ draft }) => draft.actions.length > 0),
    run,
  );
  for (const { work, draft } of held) for (const { target } of draft.actions) work.sent.add(target);
  await deliver(
    held.map(({ lane }) => lane),
    run,
  );
  return [...later.map(({ work }) => work), ...lost, ...(await commit([...quiet, ...held], run))];
}

async function round(works: readonly Work[], run: Run): Promise<{ left: Work[]; progress: boolean }> {
  const now = run.deps.clock.now();
  const states = await run.deps.store.read(
    [...works.map(({ id }) => id), MARKS_ID],
    run.signal,
    run.options.deadline,
  );
  const forgotten = states.get(MARKS_ID);
  if (forgotten && !forgotten.ok) throw forgotten.fault;
  if (forgotten) run.marks = marksIn(forgotten.value.state);
  const waiting: Work[] = [];
  const ready: Attempt[] = [];
  for (const work of works) {
    const answer = states.get(work.id);
    if (answer && !answer.ok) {
      await letGo(work.entries, answer.fault, run, { alone: !answer.fault.retryable });
      continue;
    }
    const known = answer?.value;
    const claimed = known?.state.claim;
    if (claimed && claimed.by !== run.id && claimed.until > now) waiting.push(work);
    else ready.push(attempt(work, known, run));
  }
  const again = ready.length > 0 ? await settleReady(ready, run) : [];
  return { left: [...waiting, ...again], progress: again.length < ready.length };
}

async function giveUp(works: readonly Work[], fault: Fault, run: Run): Promise<void> {
  for (const { entries } of works) await letGo(entries, fault, run);
}

/**
 * Ends every addressed record. Persons somebody else is sending for are waited for, lost races are read and planned
 * again; what does not come through in time goes back to the stream, or to the retry queue where there is no way back.
 */
export async function settlePersons(entries: readonly Entry[], run: Run): Promise<void> {
  const patience = run.deps.clock.now() + run.tuning.patienceMs;
  let works = groupByPerson(entries);
  for (let turn = 1; works.length > 0; turn++) {
    if (isOver(run)) return giveUp(works, new Fault('run.deadline', 'the invocation ran out of time'), run);
    try {
      const { left, progress } = await round(works, run);
      works = left.filter(({ entries: [first] }) => first && !run.endings.has(first));
      if (works.length === 0) return;
      if (progress) continue;
      if (run.deps.clock.now() >= patience) return giveUp(works, contended(works.length), run);
      await pause(25 + backoff(turn, { baseMs: 50, capMs: 1000 }, run.deps.random), run);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const open = works.filter(({ entries: [first] }) => first && !run.endings.has(first));
      return giveUp(open, error, run);
    }
  }
}

const contended = (count: number): Fault =>
  new Fault(
    'store.contended',
    `${count} persons are being worked on elsewhere; their records are tried again later`,
  );
