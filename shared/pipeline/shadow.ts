import { toAction } from '../core/action.js';
import type { Verdict } from '../core/fold.js';
import type { PlannedAction } from '../core/plan.js';
import { foldShadows } from '../core/shadow.js';
import { type Attempt, recordsOf } from './attempt.js';
import type { Run } from './run.js';

/** What one rule that is a shadow came to over a batch. Records count once they have ended, so what is held does not. */
export interface ShadowCount {
  /** Records about which the rule had something to say. */
  matched: number;
  /** Of these: the target holds it all already; consent says no; there was nothing to address the row by. */
  unchanged: number;
  withheld: number;
  unaddressed: number;
  /** What it would have sent: connection → operation → how many. */
  readonly actions: Record<string, Record<string, number>>;
}

const none = (): ShadowCount => ({ matched: 0, unchanged: 0, withheld: 0, unaddressed: 0, actions: {} });

function countVerdict(count: ShadowCount, { kind }: Verdict): void {
  if (kind === 'irrelevant' || kind === 'stale') return;
  count.matched += 1;
  if (kind !== 'acts') count[kind] += 1;
}

function countAction({ actions }: ShadowCount, { connection, operation }: PlannedAction): void {
  const own = actions[connection] ?? {};
  own[operation] = (own[operation] ?? 0) + 1;
  actions[connection] = own;
}

/** Tells what rules that are shadows would have done about a person's records, which have ended. */
export function tellShadows({ state, work }: Attempt, run: Run): void {
  const { key } = work;
  const { rules, observer } = run.deps;
  if (key === undefined || rules.shadows.length === 0) return;
  const records = recordsOf(work).map((record) => ({ ...record, key }));
  for (const shadow of foldShadows(state, records, rules)) {
    const count = run.counts.shadows.get(shadow.rule) ?? none();
    run.counts.shadows.set(shadow.rule, count);
    for (const verdict of shadow.draft.verdicts) countVerdict(count, verdict);
    for (const action of shadow.draft.actions) {
      countAction(count, action);
      const messages = work.entries
        .filter((_, i) => shadow.draft.verdicts[i]?.targets.includes(action.target))
        .map(({ message }) => message.id);
      observer.shadow?.({ person: work.id, action: toAction(action), causes: action.causes, messages });
    }
  }
}

/** One line for each shadow: counts only, and the rule's name. */
export function logShadows(source: string, { deps, counts }: Run): void {
  for (const { rules } of deps.rules.shadows)
    for (const { name } of rules)
      deps.log.write('info', 'shadow', { source, rule: name, ...(counts.shadows.get(name) ?? none()) });
}
