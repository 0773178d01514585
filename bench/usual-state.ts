import { EMPTY_STATE, type PersonState } from '../shared/core/state.js';
import { advance } from '../shared/core/view.js';
import { decodeMessage } from '../shared/pipeline/decode.js';
import { inflate } from '../shared/pipeline/inflate.js';
import { rulesFile } from './core.js';
import { exportOf } from './events.js';
import { rulesOf } from './rules-of.js';

/** What is known of a person with 20 memberships by a file of 20 rules, before anything was written for them. */
export function usualState(): PersonState {
  const rules = rulesOf(rulesFile(20));
  const at = 1_790_000_000_000;
  const [entry] = decodeMessage(
    { id: '1', body: exportOf(1, 20, 0), at, source: 'bench' },
    { rules, inflate },
  );
  if (entry?.kind !== 'addressed') throw new Error('the benchmark event cannot be read');
  return advance(EMPTY_STATE, entry.profile, rules, at).state;
}
