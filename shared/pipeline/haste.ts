import type { CompiledRules } from '../core/compiled.js';
import type { Draft } from '../core/fold.js';
import { consents } from '../core/plan.js';
import { HASTES, type Haste } from '../core/quota.js';

/** How much haste what is planned for a person has: where calls are scarce, those with more go first. */
export function hasteOf({ verdicts, view }: Draft, { consent }: CompiledRules): Haste {
  const edges = verdicts.flatMap((verdict) => verdict.edges);
  if (!consents(view, consent) || edges.some(({ change }) => change === 'left')) return 'urgent';
  const isHistory = edges.length > 0 && edges.every((edge) => edge.change !== 'changed' && edge.backfill);
  return isHistory ? 'backfill' : 'usual';
}

/** The greatest haste among several. */
export const mostHaste = (all: readonly Haste[]): Haste =>
  HASTES.find((haste) => all.includes(haste)) ?? 'usual';
