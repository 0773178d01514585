import { fingerprint } from './fingerprint.js';
import type { FoldRecord, Verdict } from './fold.js';
import type { PersonState } from './state.js';
import { TOLD } from './values.js';

/** The view that remembers, as of an instant (epoch milliseconds), what was told last. */
function withTold(view: PersonState, told: string, at: number): PersonState {
  const known = view.values.get(TOLD);
  if ((known?.value ?? '') === told) return view;
  const value = { value: told, at: Math.max(at, known?.at ?? 0) };
  return { ...view, values: new Map(view.values).set(TOLD, value) };
}

/** Somebody consents: should they withdraw it again, that is told again. */
export const untold = (view: PersonState, at: number): PersonState => withTold(view, '', at);

/**
 * What has no address when consent is withdrawn is told once for each value of the consent, not with every export that
 * repeats it. `withheld`: indexes of the records in question, in order; `consent`: path of the consent. A record that
 * comes out of a letter, or the retry queue, tells again: what it was kept for is still so. Changes `verdicts`, gives the
 * view that remembers.
 */
export function tellOnce(
  verdicts: Verdict[],
  withheld: readonly number[],
  records: readonly FoldRecord[],
  view: PersonState,
  consent: string,
): PersonState {
  let next = view;
  for (const i of withheld) {
    const [verdict, record] = [verdicts[i], records[i]];
    if (!verdict || !record || verdict.unaddressed.length === 0) continue;
    const told = fingerprint([view.values.get(consent)?.value ?? null, ...verdict.unaddressed]);
    if (next.values.get(TOLD)?.value === told && !record.kept)
      verdicts[i] = {
        ...verdict,
        kind: verdict.kind === 'unaddressed' ? 'withheld' : verdict.kind,
        unaddressed: [],
      };
    next = withTold(next, told, record.at);
  }
  return next;
}
