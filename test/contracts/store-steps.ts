import { createHash } from 'node:crypto';
import type { Result } from '../../shared/core/fault.js';
import type { StateStore, Versioned, WriteAnswer } from '../../shared/core/ports.js';
import type { PersonState } from '../../shared/core/state.js';
import { encodeState } from '../../shared/stores/state-codec.js';
import { marked } from '../stores/states.js';

let persons = 0;
/** A person no other test knows. */
export const somebody = (name = 'person'): string => `crmid:${name}-${++persons}`;

/** Writes one state that must be accepted, and gives its version. */
export async function put(store: StateStore, id: string, mark: string, expected?: string): Promise<string> {
  const [answer] = await store.write([{ id, state: marked(mark), expected }]);
  if (!answer?.ok) throw new Error(`writing ${mark} was answered ${JSON.stringify(answer)}`);
  return answer.version;
}

/** What was found of somebody who can be read; nothing when there is nobody. */
export function foundOf(states: ReadonlyMap<string, Result<Versioned>>, id: string): Versioned | undefined {
  const found = states.get(id);
  if (found && !found.ok) throw found.fault;
  return found?.value;
}

/** The mark of the state a store has of somebody. */
export async function markOf(store: StateStore, id: string): Promise<unknown> {
  return foundOf(await store.read([id]), id)?.state.values.get('mark')?.value;
}

/** Answers in words. */
export const words = (answers: readonly WriteAnswer[]): string[] =>
  answers.map((answer) => (answer.ok ? 'ok' : answer.reason));

/** A short text for a state however big: a comparison that fails must not print megabytes. */
export const digest = (state: PersonState | undefined): string =>
  state ? createHash('sha256').update(encodeState(state)).digest('hex') : 'no state';
