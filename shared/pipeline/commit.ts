import type { AuditPages } from '../core/audit.js';
import { Fault } from '../core/fault.js';
import type { Verdict } from '../core/fold.js';
import type { KeptMessage } from '../core/kept.js';
import { owedOf } from '../core/owed.js';
import type { Ending, WriteAnswer } from '../core/ports.js';
import type { Attempt } from './attempt.js';
import { noteAnswers, noteQuiet } from './audit.js';
import type { AddressedEntry } from './decode.js';
import { tellJudged } from './judged.js';
import { bury, keptOf, letGo } from './keep.js';
import { refusalOf } from './refusal.js';
import type { Run } from './run.js';
import { tellShadows } from './shadow.js';
import { isChanged, stateAfter } from './state-after.js';
import { tell } from './tell.js';
import type { Lane } from './waves.js';

/** Why a person cannot be settled now: only they fail (`alone`), or their connection does. */
interface Failure {
  readonly fault: Fault;
  readonly alone: boolean;
  readonly afterMs: number | undefined;
  readonly connection: string | undefined;
  /** Nothing that failed was sent: the target has not been asked in vain. */
  readonly untried: boolean;
  readonly requestId?: string | undefined;
}

/** How one person came out, decided before anything is recorded. */
interface Result {
  readonly one: Attempt;
  readonly failure: Failure | undefined;
  readonly letters: readonly KeptMessage[];
}

/** The most serious failure among a person's actions: a connection that is down outweighs a busy row. */
function failureOf({ actions, outcomes }: Lane): Failure | undefined {
  let worst: Omit<Failure, 'untried'> | undefined;
  let untried = true;
  for (const { target, connection } of actions) {
    const outcome = outcomes.get(target);
    if (outcome?.kind !== 'retry' && outcome?.kind !== 'unknown') continue;
    const alone = outcome.kind === 'retry' && outcome.scope === 'row';
    const afterMs = outcome.kind === 'retry' ? outcome.afterMs : undefined;
    untried &&= outcome.kind === 'retry' && outcome.unsent === true;
    const { fault, requestId } = outcome;
    if (!worst || (worst.alone && !alone)) worst = { fault, alone, afterMs, connection, requestId };
  }
  // Who is told when to come back waits so long; others wait the longer the more often they came, so each time counts.
  return worst && { ...worst, untried: untried && worst.afterMs !== undefined };
}

const unaddressed = ({ unaddressed: reasons }: Verdict): Fault =>
  new Fault('person.unaddressed', `nothing to address the row by: ${reasons.join('; ')}`);

const waiting = (): Fault =>
  new Fault(
    'person.waiting',
    'the record has no key yet; what it says waits under its identity for a record that carries both',
  );

const withheld = (): Fault =>
  new Fault(
    'person.withheld',
    'the newest consent known for this person is no clear yes, so nothing is sent',
  );

/** What a letter says is owed: the standing moves on past these edges. A redelivery makes none and knows nothing. */
const owing = ({ edges }: Verdict, { message }: AddressedEntry): Pick<KeptMessage, 'owed'> =>
  edges.length > 0 || message.owed ? { owed: owedOf(edges) } : {};

/** What must be kept of a person's records before they may be called settled. */
function lettersOf(one: Attempt, run: Run): KeptMessage[] {
  const person = run.deps.pseudonym(one.work.id);
  return one.work.entries.flatMap((entry, i) => {
    const verdict = one.draft.verdicts[i];
    if (!verdict) return [];
    const more = { person, ...owing(verdict, entry) };
    // Also beside actions that were delivered: what had no address must leave a trace.
    const nowhere = verdict.unaddressed.length > 0 ? unaddressed(verdict) : undefined;
    const refusal = refusalOf(verdict, one, nowhere);
    if (refusal) return [keptOf(entry, refusal.fault, run, { ...refusal, ...more })];
    return nowhere ? [keptOf(entry, nowhere, run, more)] : [];
  });
}

/** Whether nothing was there that the record's actions could be about. */
const isVoid = ({ targets }: Verdict, { lane }: Attempt): boolean =>
  targets.every((target) => lane.outcomes.get(target)?.kind === 'absent');

function endingOf(verdict: Verdict, one: Attempt, person: string): Ending {
  const refusal = refusalOf(verdict, one);
  if (refusal) {
    const { fault, remote, requestId } = refusal;
    const { connection } = remote;
    return { name: 'rejected', fault, person, connection, ...(requestId !== undefined && { requestId }) };
  }
  if (verdict.kind === 'acts') return { name: isVoid(verdict, one) ? 'unchanged' : 'delivered', person };
  if (verdict.kind === 'unaddressed') {
    const fault = one.work.key === undefined ? waiting() : unaddressed(verdict);
    return { name: 'unaddressed', fault, person };
  }
  if (verdict.kind === 'withheld') return { name: 'withheld', fault: withheld(), person };
  return { name: verdict.kind, person };
}

async function end({ one, failure }: Result, run: Run): Promise<void> {
  const { work, draft } = one;
  tellJudged(one, run);
  if (failure) return letGo(work, failure.fault, run, failure);
  tellShadows(one, run);
  const person = run.deps.pseudonym(work.id);
  for (const [i, entry] of work.entries.entries()) {
    const verdict = draft.verdicts[i];
    if (!verdict) continue;
    run.counts.actions.unchanged += verdict.unchanged;
    run.endings.set(entry, endingOf(verdict, one, person));
  }
}

/** Keeps dead letters first: a refusal that could not be kept must not be forgotten, so its person fails instead. */
async function judge(attempts: readonly Attempt[], run: Run): Promise<Result[]> {
  const judged = attempts.map((one) => {
    const failure = failureOf(one.lane);
    return { one, failure, letters: failure ? [] : lettersOf(one, run) };
  });
  const unkept = await bury(
    judged.flatMap(({ letters }) => letters),
    run,
  );
  if (!unkept) return judged;
  const none = undefined;
  const lost: Failure = { fault: unkept, alone: false, afterMs: none, connection: none, untried: false };
  return judged.map((result) => (result.letters.length > 0 ? { ...result, failure: lost } : result));
}

/** Writes the states, and beside them why the rows changed: it takes no longer, and neither waits for the other. */
async function writeStates(
  changed: readonly Result[],
  attempts: readonly Attempt[],
  pages: AuditPages | undefined,
  run: Run,
): Promise<readonly WriteAnswer[]> {
  const now = run.deps.clock.now();
  const noted = noteAnswers(attempts, pages, run);
  try {
    return await run.deps.store.write(
      changed.map(({ one, failure }) => ({
        id: one.work.id,
        expected: one.version,
        state: stateAfter(one, failure === undefined, now),
      })),
      run.signal,
      run.options.deadline,
    );
  } finally {
    await noted;
  }
}

/**
 * Records what the targets said and ends each person's records. Order matters for a crash between any two steps: what
 * must be kept is kept before the state moves on, and the state moves on before the source is told. Whose state somebody
 * else changed meanwhile stays without an ending and must be read again.
 */
export async function commit(
  attempts: readonly Attempt[],
  run: Run,
  pages: AuditPages | undefined,
): Promise<void> {
  const results = await judge(attempts, run);
  for (const result of results) if (result.failure) await end(result, run);
  const changed = results.filter(({ one }) => isChanged(one));
  const answers = await writeStates(changed, attempts, pages, run);
  const lost = new Set<Attempt>();
  for (const [i, { one, failure }] of changed.entries()) {
    const answer = answers[i];
    // Who has been let go already comes again, from the stream or the queue.
    if (answer?.ok || failure) continue;
    // The store will not take this person's state: what was sent is done, but cannot be remembered.
    if (answer?.reason === 'refused')
      await letGo(one.work, answer.fault, run, { alone: !answer.fault.retryable });
    else lost.add(one);
  }
  for (const result of results) {
    tell(result.one, run);
    const ended = result.one.work.entries.every((entry) => run.endings.has(entry));
    if (!ended && !lost.has(result.one)) await end(result, run);
  }
  const settled = results.filter(({ one, failure }) => !failure && !lost.has(one));
  await noteQuiet(
    settled.map(({ one }) => one),
    pages,
    run,
  );
}
