import type { CompiledRules } from './compiled.js';
import { decidedEdges } from './decided.js';
import { edgesDue, movedAlong, stillHolding, stillOwed } from './owed.js';
import { consents, type PlannedAction, plan, planOptOut, rowOf } from './plan.js';
import type { ProfileExport } from './profile.js';
import { rowsFirst } from './rows-first.js';
import type { Owed, PersonState } from './state.js';
import {
  forget,
  isGone,
  isOverruled,
  outstanding,
  sameValues,
  sameWritten,
  type WrittenFields,
} from './suppress.js';
import { tellOnce, untold } from './told.js';
import { advance, isOldNews, type Transition } from './view.js';

/** One record of a person, as it enters the fold. */
export interface FoldRecord {
  readonly profile: ProfileExport;
  readonly key: string;
  /** When the first durable log took it in, epoch milliseconds. */
  readonly at: number;
  /** Of a record that comes out of a dead letter: edges it made then, about which rules could not have their say. */
  readonly owed?: readonly Owed[];
  /** It comes out of a dead letter or the retry queue. */
  readonly kept?: boolean;
}

/** What one record came to, before anything was sent. */
export interface Verdict {
  readonly kind: 'acts' | 'unchanged' | 'stale' | 'irrelevant' | 'withheld' | 'unaddressed';
  /** Targets this record wants changed; empty unless it acts. */
  readonly targets: readonly string[];
  /** Targets that earlier records of the batch change in just that way: what those are answered holds for this one, too. */
  readonly leans: readonly string[];
  /** How many changes it asked for that are made already. */
  readonly unchanged: number;
  readonly unaddressed: readonly string[];
  /** The edges rules were asked about. */
  readonly edges: readonly Transition[];
}

/** The outcome of folding a person's records onto their state: what to send, and the state once it was accepted. */
export interface Draft {
  readonly verdicts: readonly Verdict[];
  /** At most one action per target, in the order in which they were first wanted, but a row before its places on lists. */
  readonly actions: readonly PlannedAction[];
  readonly view: PersonState;
  /** Targets' fields after acceptance; a target that is not sent to may still move a constant's time. */
  readonly written: ReadonlyMap<string, WrittenFields>;
}

interface Pending {
  readonly actions: Map<string, PlannedAction>;
  readonly written: Map<string, WrittenFields>;
}

/** What a target accepted, in doubt or not. */
const held = (target: string, state: PersonState, pending: Pending): WrittenFields | undefined =>
  pending.written.get(target) ?? state.written.get(target);

/** What a target is known to hold. */
function known(target: string, state: PersonState, pending: Pending): WrittenFields | undefined {
  const written = held(target, state, pending);
  return !pending.written.has(target) && state.unsure.has(target) ? forget(written) : written;
}

/** Takes one planned action in; true when it changes something beyond what earlier records already change. */
function take(action: PlannedAction, at: number, state: PersonState, pending: Pending): boolean {
  if (isOverruled(action, held(action.target, state, pending))) return false;
  const row = rowOf(action);
  if (row !== undefined && isGone(held(row, state, pending))) return false;
  const { changed, fields, written } = outstanding(action, known(action.target, state, pending), at * 1000);
  if (changed || !sameWritten(written, state.written.get(action.target)))
    pending.written.set(action.target, written);
  if (!changed) return false;
  const wanted = { ...action, fields, asOf: at };
  const earlier = pending.actions.get(action.target);
  pending.actions.set(action.target, earlier ? merged(earlier, wanted) : wanted);
  return true;
}

/** Whether two actions both write fields, rather than one of them taking the row away. */
const bothWrite = (a: PlannedAction, b: PlannedAction): boolean =>
  a.operation === b.operation ||
  [a, b].every(({ operation }) => operation === 'upsert' || operation === 'update');

/** Two wishes for one row. */
function merged(earlier: PlannedAction, later: PlannedAction): PlannedAction {
  const causes = [...new Set([...earlier.causes, ...later.causes])];
  if (!bothWrite(earlier, later)) return { ...later, causes };
  const fields = new Map([...earlier.fields, ...later.fields]);
  const operation = earlier.operation === 'upsert' ? earlier.operation : later.operation;
  return { ...later, operation, fields, causes };
}

/** Records that cancel each other out leave nothing to send. */
function dropUnchanged(state: PersonState, pending: Pending): void {
  for (const target of pending.actions.keys()) {
    const before = state.written.get(target);
    const same = before !== undefined && sameValues(pending.written.get(target), before);
    if (same && !state.unsure.has(target)) pending.actions.delete(target);
  }
}

/**
 * Consent that the newest record of the batch withdraws holds for what earlier ones wanted, too. What the file wants
 * done for such people is all that is left, and the last record is its cause.
 */
function withdraw(drafts: Verdict[], pending: Pending, optOut: () => readonly string[]): void {
  for (const [i, draft] of drafts.entries()) {
    // Nor does anything of it come due when consent is given again.
    if (draft.kind === 'acts') drafts[i] = { ...draft, kind: 'withheld', targets: [], leans: [], edges: [] };
    else drafts[i] = { ...draft, leans: [], edges: [] };
  }
  pending.actions.clear();
  pending.written.clear();
  const targets = optOut();
  const last = drafts.at(-1);
  if (last && targets.length > 0) drafts[drafts.length - 1] = { ...last, kind: 'acts', targets };
}

function optOut(
  view: PersonState,
  records: readonly FoldRecord[],
  state: PersonState,
  pending: Pending,
  rules: CompiledRules,
): readonly string[] {
  const last = records.at(-1);
  if (last === undefined) return [];
  return rowsFirst(planOptOut(last.key, view, rules).actions)
    .filter((action) => take(action, last.at, state, pending))
    .map(({ target }) => target);
}

/**
 * Runs a person's records, in order, over their state: advance, plan, suppress. Pure; the state given is not changed.
 * The actions of one target are merged, so that a batch sends each row at most once.
 */
export function fold(state: PersonState, records: readonly FoldRecord[], rules: CompiledRules): Draft {
  const pending: Pending = { actions: new Map(), written: new Map() };
  const drafts: Verdict[] = [];
  const withheld: number[] = [];
  let view = state;
  for (const [i, { profile, key, at, owed }] of records.entries()) {
    const next = advance(view, profile, rules, at);
    const made = next.transitions;
    // A letter speaks for its own edges only: what somebody judged of those says nothing of others.
    const moved = movedAlong(view.owed, next.state.standing);
    const due = owed ? stillHolding(owed, next.state) : moved;
    const edges = due.length > 0 ? [...made, ...edgesDue(due, made, rules)] : made;
    const wanted = plan(key, next.state, edges, rules);
    const targets = rowsFirst(wanted.actions)
      .filter((action) => take(action, at, state, pending))
      .map(({ target }) => target);
    const leans = wanted.actions.flatMap(({ target }) =>
      pending.actions.has(target) && !targets.includes(target) ? [target] : [],
    );
    const stale = next.stale && isOldNews(view, next.state);
    const unchanged = wanted.actions.length - targets.length;
    const { unaddressed } = wanted;
    if (wanted.withheld) withheld.push(i);
    drafts.push({
      kind: kindOf(wanted, targets, stale),
      targets,
      leans,
      unchanged,
      unaddressed,
      edges: decidedEdges(edges, key, next.state, rules),
    });
    view = view.owed.length > 0 ? { ...next.state, owed: stillOwed(moved, edges) } : next.state;
  }
  if (!consents(view, rules.consent)) {
    withdraw(drafts, pending, () => optOut(view, records, state, pending, rules));
    view = tellOnce(drafts, withheld, records, view, rules.consent ?? '');
  } else view = untold(view, records.at(-1)?.at ?? 0);
  dropUnchanged(state, pending);
  const verdicts = drafts.map((draft) => settleVerdict(draft, pending.actions));
  return { verdicts, actions: rowsFirst([...pending.actions.values()]), view, written: pending.written };
}

function kindOf(
  wanted: ReturnType<typeof plan>,
  targets: readonly string[],
  stale: boolean,
): Verdict['kind'] {
  if (targets.length > 0) return 'acts';
  if (stale) return 'stale';
  if (wanted.actions.length > 0) return 'unchanged';
  // What should be done for somebody who withdrew their consent must leave a trace, too.
  if (wanted.unaddressed.length > 0) return 'unaddressed';
  return wanted.withheld ? 'withheld' : 'irrelevant';
}

function settleVerdict(verdict: Verdict, actions: ReadonlyMap<string, PlannedAction>): Verdict {
  const targets = verdict.targets.filter((target) => actions.has(target));
  const unchanged = verdict.unchanged + verdict.targets.length - targets.length;
  const kind = verdict.kind === 'acts' && targets.length === 0 ? 'unchanged' : verdict.kind;
  return {
    ...verdict,
    kind,
    targets,
    leans: verdict.leans.filter((target) => actions.has(target)),
    unchanged,
  };
}
