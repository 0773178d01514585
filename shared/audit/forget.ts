import type { StateStore } from '../core/ports.js';
import { EMPTY_STATE } from '../core/state.js';
import { personsAt } from '../pipeline/forget.js';
import { auditKeyOf, pageOf, personPage } from './names.js';
import { pageIn } from './page.js';
import { rowsOf } from './rows.js';

/** Tries of one page: each loses only to somebody who has written there meanwhile. */
const TRIES = 5;

/** Empties what lies under some names. Gives how many there were, and the names of signposts and rows they led to. */
async function empty(names: readonly string[], store: StateStore) {
  const led = new Set<string>();
  const emptied = new Set<string>();
  let left = names;
  for (let turn = 0; turn < TRIES && left.length > 0; turn++) {
    const found = await store.read(left);
    const known = left.flatMap((name) => {
      const one = found.get(name);
      return one?.ok ? [{ name, ...one.value }] : [];
    });
    for (const { state } of known) {
      const page = pageIn(state);
      if (!page.ok) continue;
      if (page.value.signpost) led.add(page.value.signpost.name);
      for (const row of page.value.rows ?? []) led.add(row);
    }
    // A day, so that nobody finds it any more and the table gets rid of it.
    const answers = await store.write(
      known.map(({ name, version }) => ({ id: name, state: EMPTY_STATE, expected: version, ttlDays: 1 })),
    );
    for (const [i, { name }] of known.entries()) if (answers[i]?.ok) emptied.add(name);
    left = known.flatMap(({ name }, i) => (answers[i]?.ok ? [] : [name]));
  }
  return { led: [...led], emptied: emptied.size };
}

/**
 * Removes what is kept of why the rows of a person changed, and of what came to nothing. To be called before the person's
 * state is changed, because it tells which rows there are. Gives how many places were emptied. Throws `store.*` faults.
 */
export async function forgetAudit(store: StateStore, id: string): Promise<number> {
  const ids = [...new Set([id, ...(await personsAt(store, id))])];
  const found = await store.read(ids);
  const rows = [...found.values()].flatMap((known) => (known.ok ? rowsOf(known.value.state) : []));
  const names = [
    ...rows.map((row) => pageOf({ kind: 'row', ...row })),
    ...ids.map((one) => personPage(auditKeyOf(one))),
  ];
  const { led, emptied } = await empty(names, store);
  // Rows that no state told of lead to signposts of their own.
  const more = await empty(led, store);
  await empty(more.led, store);
  return emptied;
}
