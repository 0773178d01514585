import type { StateStore } from '../../shared/core/ports.js';
import type { PersonState } from '../../shared/core/state.js';
import type { FakeCrm } from './fakes.js';
import { HUMANS, idsOf } from './humans.js';

const ALL_IDS = Array.from({ length: HUMANS }, (_, i) => idsOf(i + 1, 'cex')).flat();

/** What is stored under every id of every human. */
export async function statesIn(store: StateStore): Promise<ReadonlyMap<string, PersonState>> {
  const found = await store.read(ALL_IDS);
  return new Map([...found].flatMap(([id, one]) => (one.ok ? [[id, one.value.state]] : [])));
}

/** Where an id leads in the end. */
function homeOf(id: string, states: ReadonlyMap<string, PersonState>): string {
  const claimants = states.get(id)?.claimants ?? [];
  const homes = new Set(claimants.map(({ to }) => homeOf(to, states)));
  if (homes.size > 1) return 'shared';
  return [...homes][0] ?? id;
}

const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** All that must not depend on how the records came: who is who, what is known of them, and their rows. */
export async function humansAfter(store: StateStore, crm: FakeCrm) {
  const states = await statesIn(store);
  const persons = ALL_IDS.map((id) => [id, homeOf(id, states)] as const);
  const known = persons.flatMap(([id, home]) => {
    const state = states.get(id);
    if (home !== id || state === undefined) return [];
    const owed = state.owed.map(({ audience, change, at }) => `${audience} ${change} ${at}`).sort();
    return [{ id, standing: sorted(state.standing), values: sorted(state.values), owed }];
  });
  // Rows under a key that turned out not to be the best stay as they were last written: whether there is one depends on
  // what came first.
  const rows = persons.flatMap(([id, home]) => {
    const key = `Contact/${id.slice(id.indexOf(':') + 1)}`;
    return home === id && crm.rows.has(key) ? [[key, crm.rows.get(key)]] : [];
  });
  return {
    persons,
    known: known.filter(({ standing, values }) => standing.length + values.length > 0),
    rows,
  };
}
