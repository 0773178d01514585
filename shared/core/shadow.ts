import type { CompiledRules } from './compiled.js';
import { fingerprint } from './fingerprint.js';
import { type Draft, type FoldRecord, fold } from './fold.js';
import type { Known, PersonState } from './state.js';
import { seenPath } from './values.js';

/** What one rule that is a shadow would have come to. */
export interface ShadowDraft {
  readonly rule: string;
  readonly draft: Draft;
}

/**
 * The state as a shadow finds it: of an attribute that no rule at work follows, the newest value known is the one last
 * seen, for nothing else remembers one.
 */
export function asSeen(state: PersonState, { changes }: CompiledRules): PersonState {
  let values: Map<string, Known> | undefined;
  for (const path of changes.keys()) {
    const known = state.values.get(path);
    if (known === undefined || state.values.has(seenPath(path))) continue;
    values ??= new Map(state.values);
    values.set(seenPath(path), { value: fingerprint(known.value), at: known.at });
  }
  return values ? { ...state, values } : state;
}

/**
 * What each shadow would do about a person's records, as if it were the only rule, over the state as the rules at work
 * left it (before these records). Pure; what it comes to is for telling only, and its view and `written` are nobody's.
 */
export const foldShadows = (
  state: PersonState,
  records: readonly FoldRecord[],
  { shadows }: CompiledRules,
): readonly ShadowDraft[] =>
  shadows.map((one) => ({
    rule: one.rules[0]?.name ?? '',
    draft: fold(asSeen(state, one), records, one),
  }));
