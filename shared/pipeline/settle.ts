import { Fault } from '../core/fault.js';
import { MARKS_ID, marksIn } from '../core/outdated.js';
import { plural } from '../core/plural.js';
import { admit, type ShutOut } from './admit.js';
import { adopt } from './adopt.js';
import { type Atlas, createAtlas } from './atlas.js';
import { type Attempt, attempt } from './attempt.js';
import { openAudit } from './audit.js';
import { commit } from './commit.js';
import type { AddressedEntry, Entry } from './decode.js';
import { deliver } from './deliver.js';
import { spent } from './doubt.js';
import { shutFault, waitOf } from './hold.js';
import { letGo } from './keep.js';
import { backoff } from './retry.js';
import { route } from './route.js';
import { isOver, type Run } from './run.js';
import { pause } from './send.js';
import { unsettled } from './state-after.js';

/** Takes the lease for everybody we must send for. Who lost the race is read again. */
async function claim(attempts: readonly Attempt[], run: Run): Promise<readonly Attempt[]> {
  const until = run.deps.clock.now() + run.tuning.leaseMs;
  run.leaseEnd = until;
  const answers = await run.deps.store.write(
    attempts.map((one) => ({
      id: one.work.id,
      expected: one.version,
      state: {
        // Already now, because a stream that redelivers less than this batch, or another, must not undo what is sent.
        ...unsettled(one),
        claim: { by: run.id, until },
        unsure: new Set([
          ...one.state.unsure,
          ...one.draft.actions.map(({ target }) => target),
          ...[...one.judged].map(([target, at]) => spent(target, at)),
        ]),
      },
    })),
    run.signal,
    run.options.deadline,
  );
  const held: Attempt[] = [];
  for (const [i, one] of attempts.entries()) {
    const answer = answers[i];
    if (answer?.ok) held.push({ ...one, version: answer.version });
    else if (answer?.reason === 'refused')
      await letGo(one.work, answer.fault, run, { alone: !answer.fault.retryable });
  }
  return held;
}

/** Lets go of persons for whom nothing can be sent now. Nothing was tried, so it counts as no attempt. */
async function holdShut(shut: readonly ShutOut[], run: Run): Promise<void> {
  const now = run.deps.clock.now();
  for (const { one, connection, shut: until } of shut) {
    const more = { connection, untried: true, afterMs: waitOf(until, now) };
    run.counts.actions.unsent += one.lane.actions.length;
    await letGo(one.work, shutFault(connection, until), run, more);
  }
}

/** Notes what is about to be sent for each record: should the race for the state be lost, it counts as unsure. */
function noteSent({ work, draft }: Attempt, run: Run): void {
  for (const entry of work.entries) {
    const sent = run.sent.get(entry) ?? new Set();
    for (const { target } of draft.actions) sent.add(target);
    run.sent.set(entry, sent);
  }
}

/** Delivers and commits everybody whose lease is free. Those without an ending must be read again. */
async function settleReady(attempts: readonly Attempt[], run: Run): Promise<void> {
  const { ready, shut } = admit(attempts, run);
  await holdShut(shut, run);
  const quiet = ready.filter(({ draft }) => draft.actions.length === 0);
  const held = await claim(
    ready.filter(({ draft }) => draft.actions.length > 0),
    run,
  );
  for (const one of held) noteSent(one, run);
  const pages = openAudit([...quiet, ...held], run);
  await deliver(
    held.map(({ lane }) => lane),
    run,
  );
  await commit([...quiet, ...held], run, pages);
}

/** Reads what somebody has asked to forget. */
function readMarks(atlas: Atlas, run: Run): void {
  const marks = atlas.at(MARKS_ID);
  if (marks && !marks.ok) throw marks.fault;
  if (marks) run.marks = marksIn(marks.value.state);
}

async function round(entries: readonly AddressedEntry[], run: Run): Promise<void> {
  const atlas = createAtlas(run.deps.store, run.signal, run.options.deadline);
  await atlas.explore([...entries.map(({ person }) => person.id), MARKS_ID]);
  readMarks(atlas, run);
  const known = await adopt(await route(entries, atlas, run), atlas, run);
  if (known.length > 0)
    await settleReady(
      known.map((one) => attempt(one, run)),
      run,
    );
}

/** Lets go of records nobody could work on, those of one person together. */
async function giveUp(entries: readonly AddressedEntry[], fault: Fault, run: Run): Promise<void> {
  const byPerson = new Map<string, AddressedEntry[]>();
  for (const entry of entries)
    byPerson.set(entry.person.id, [...(byPerson.get(entry.person.id) ?? []), entry]);
  for (const [id, own] of byPerson) await letGo({ id, entries: own }, fault, run);
}

const late = (): Fault => new Fault('run.deadline', 'the invocation ran out of time');

/**
 * Ends every addressed record. Persons somebody else is sending for are waited for, lost races are read and planned
 * again; what does not come through in time goes back to the stream, or to the retry queue where there is no way back.
 */
export async function settlePersons(entries: readonly Entry[], run: Run): Promise<void> {
  const patience = run.deps.clock.now() + run.tuning.patienceMs;
  const left = (): AddressedEntry[] =>
    entries.filter((entry) => entry.kind === 'addressed' && !run.endings.has(entry)) as AddressedEntry[]; // by kind
  let open = left();
  for (let turn = 1; open.length > 0; turn++) {
    if (isOver(run)) return giveUp(open, late(), run);
    try {
      await round(open, run);
      const before = open.length;
      open = left();
      if (open.length === 0) return;
      if (open.length < before) continue;
      if (run.deps.clock.now() >= patience) return giveUp(open, contended(open.length), run);
      await pause(25 + backoff(turn, { baseMs: 50, capMs: 1000 }, run.deps.random), run);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return giveUp(left(), error, run);
    }
  }
}

const contended = (count: number): Fault =>
  new Fault(
    'store.contended',
    `the persons of ${plural(count, 'record')} are being worked on elsewhere; to be tried again later`,
  );
