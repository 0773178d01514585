import { type Draft, fold } from '../core/fold.js';
import { outdated } from '../core/outdated.js';
import type { PersonState } from '../core/state.js';
import { wait } from '../core/waiting.js';
import type { Known } from './adopt.js';
import { decided } from './doubt.js';
import { hasteOf } from './haste.js';
import type { Work } from './route.js';
import type { Run } from './run.js';
import type { Lane } from './waves.js';

/** A person's records folded onto the state as it was read. */
export interface Attempt extends Known {
  readonly draft: Draft;
  readonly lane: Lane;
}

/** The state with everything as unsure that must not be relied on: sent in vain, accepted too long ago, forgotten. */
function doubted(stored: PersonState, { entries }: Work, { deps, marks, sent }: Run): PersonState {
  const old = outdated(stored, deps.clock.now(), deps.rules.refreshMs, marks);
  const tried = sent.size === 0 ? [] : entries.flatMap((entry) => [...(sent.get(entry) ?? [])]);
  if (old.length + tried.length === 0) return stored;
  return { ...stored, unsure: new Set([...stored.unsure, ...tried, ...old]) };
}

function draftOf(state: PersonState, { key, entries }: Work, { deps: { rules } }: Run): Draft {
  const records = entries.map(({ profile, message: { at, owed } }) => ({
    profile,
    at,
    ...(owed && { owed }),
  }));
  if (key === undefined) return wait(state, records, rules);
  return fold(
    state,
    records.map((record) => ({ ...record, key })),
    rules,
  );
}

/** What a person's records come to. Who has no key yet only waits. */
export function attempt(known: Known, run: Run): Attempt {
  const state = doubted(known.state, known.work, run);
  const draft = draftOf(state, known.work, run);
  const replayed = known.work.entries.some(({ message }) => message.owed !== undefined);
  const outcomes = decided(draft.actions, state.unsure, replayed, run.deps.connectors);
  const haste = hasteOf(draft, run.deps.rules);
  const lane = { person: known.work.id, actions: draft.actions, haste, outcomes };
  return { ...known, state, draft, lane };
}
