import type { CompiledRules } from '../../../shared/core/compiled.js';
import { personOf } from '../../../shared/core/person.js';
import type { StateStore } from '../../../shared/core/ports.js';
import type { PersonState } from '../../../shared/core/state.js';
import { decodeMessage } from '../../../shared/pipeline/decode.js';
import { inflate } from '../../../shared/pipeline/inflate.js';
import { MOST_RECORDS } from './play.js';

/** What the store knows of the persons an event is about, under every id of theirs. Throws `store.*` faults. */
export async function knownNow(
  event: string,
  rules: CompiledRules,
  store: StateStore,
): Promise<ReadonlyMap<string, PersonState>> {
  const message = { id: 'played', body: event, at: 0, source: 'played' };
  const entries = decodeMessage(message, { rules, inflate }).slice(0, MOST_RECORDS);
  const ids = entries.flatMap((entry) => {
    const person = entry.kind === 'addressed' ? personOf(entry.profile, rules) : undefined;
    return person ? [person.id, ...person.others.map(({ id }) => id)] : [];
  });
  const known = new Map<string, PersonState>();
  if (ids.length === 0) return known;
  for (const [id, found] of await store.read([...new Set(ids)]))
    if (found.ok) known.set(id, found.value.state);
  return known;
}
