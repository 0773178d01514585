import { type Draft, type FoldRecord, fold } from '../core/fold.js';
import { outdated } from '../core/outdated.js';
import type { PersonState } from '../core/state.js';
import { wait } from '../core/waiting.js';
import type { Known } from './adopt.js';
import { type Bygone, bygones, decided, spent } from './doubt.js';
import { hasteOf } from './haste.js';
import type { Work } from './route.js';
import type { Run } from './run.js';
import type { Lane } from './waves.js';

/** A person's records folded onto the state as it was read. */
export interface Attempt extends Known {
  readonly draft: Draft;
  readonly lane: Lane;
  /** Targets in doubt that are sent to because somebody has judged that nothing was done, with the time of that judgement. */
  readonly judged: ReadonlyMap<string, number>;
  readonly bygones: readonly Bygone[];
}

/** The state with everything as unsure that must not be relied on: sent in vain, accepted too long ago, forgotten. */
function doubted(stored: PersonState, { entries }: Work, { deps, marks, sent }: Run): PersonState {
  const old = outdated(stored, deps.clock.now(), deps.rules.refreshMs, marks);
  const tried = sent.size === 0 ? [] : entries.flatMap((entry) => [...(sent.get(entry) ?? [])]);
  if (old.length + tried.length === 0) return stored;
  return { ...stored, unsure: new Set([...stored.unsure, ...tried, ...old]) };
}

/** A person's records as they enter the fold, but for the key. */
export const recordsOf = ({ entries }: Work): readonly Omit<FoldRecord, 'key'>[] =>
  entries.map(({ profile, message: { at, owed, attempts } }) => ({
    profile,
    at,
    ...(owed && { owed }),
    ...(attempts !== undefined && { kept: true }),
  }));

function draftOf(state: PersonState, work: Work, { deps: { rules } }: Run): Draft {
  const { key } = work;
  const records = recordsOf(work);
  if (key === undefined) return wait(state, records, rules);
  return fold(
    state,
    records.map((record) => ({ ...record, key })),
    rules,
  );
}

/**
 * Targets that may be sent to although they are in doubt: a dead letter about doubt that somebody replays is their judgement
 * that what it named was not done. It holds for one send: tried once more in vain, or begun and never answered, it is in
 * doubt again.
 */
function permitted(
  { verdicts }: Draft,
  { entries }: Work,
  { unsure }: PersonState,
  { sent }: Run,
): ReadonlyMap<string, number> {
  const targets = new Map<string, number>();
  for (const [i, entry] of entries.entries()) {
    const { owed, judged, attempts = 0, firstSeen = 0 } = entry.message;
    // Who mends a refused row and replays its letter has not asked whether anything else was done.
    if (owed === undefined || !judged || attempts > 0) continue;
    const isNamed = (target: string): boolean => judged === true || judged.includes(target);
    for (const target of verdicts[i]?.targets ?? [])
      if (
        isNamed(target) &&
        unsure.has(target) &&
        !unsure.has(spent(target, firstSeen)) &&
        !sent.get(entry)?.has(target)
      )
        targets.set(target, firstSeen);
  }
  return targets;
}

/** What a person's records come to. Who has no key yet only waits. */
export function attempt(known: Known, run: Run): Attempt {
  const state = doubted(known.state, known.work, run);
  const draft = draftOf(state, known.work, run);
  const judged = permitted(draft, known.work, state, run);
  const outcomes = decided(draft.actions, state.unsure, judged, run.deps.connectors);
  const haste = hasteOf(draft, run.deps.rules);
  const lane = { person: known.work.id, actions: draft.actions, haste, outcomes };
  return { ...known, state, draft, lane, judged, bygones: bygones(state, draft, known.work.key, run.deps) };
}
