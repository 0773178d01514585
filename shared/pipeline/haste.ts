import type { CompiledRules } from '../core/compiled.js';
import type { Draft } from '../core/fold.js';
import { consents } from '../core/plan.js';
import { HASTES, type Haste } from '../core/quota.js';
import type { Transition } from '../core/view.js';

/** How much haste what is planned for a person has: where calls are scarce, those with more go first. */
export function hasteOf({ verdicts, view }: Draft, { consent }: CompiledRules): Haste {
  const edges = verdicts.flatMap((verdict) => verdict.edges);
  if (!consents(view, consent)) return 'urgent';
  // An exit of somebody never seen before is part of what AEP exports when a destination is activated.
  if (edges.some((edge) => edge.change === 'left' && !edge.first)) return 'urgent';
  const isHistory = (edge: Transition): boolean =>
    edge.change !== 'changed' && (edge.backfill === true || (edge.change === 'left' && edge.first === true));
  return edges.length > 0 && edges.every(isHistory) ? 'backfill' : 'usual';
}

/** The greatest haste among several. */
export const mostHaste = (all: readonly Haste[]): Haste =>
  HASTES.find((haste) => all.includes(haste)) ?? 'usual';
