import type { CompiledRules } from '../../shared/core/compiled.js';
import type { StateStore } from '../../shared/core/ports.js';
import type { PersonState } from '../../shared/core/state.js';
import { timeText } from '../../shared/core/time-text.js';
import type { AudienceReason } from '../../shared/dry-run/reasons.js';
import type { Book } from './book.js';
import type { Row } from './told.js';
import type { PersonView, TargetView } from './views.js';
import { whyViews } from './why.js';

/** Rows of one person that are shown. */
const MOST_ROWS = 200;

/** The rows that are about a person, newest first. */
function rowsOf(book: Book, id: string): readonly Row[] {
  const rows: Row[] = [];
  for (let n = book.last; n >= book.first; n--) {
    const row = book.row(n);
    if (row?.person === id) rows.push(row);
  }
  return rows;
}

function standingOf({ standing }: PersonState, rules: CompiledRules): readonly AudienceReason[] {
  const declared = [...rules.audiences.values()].flatMap((byId) => [...byId.values()]);
  return declared.map(({ name, key }) => {
    const known = standing.get(key);
    const at = known && { member: known.member, at: timeText(known.at) };
    return { name, before: null, after: at ?? null, change: null, backfill: false };
  });
}

type Fields = TargetView['fields'];

/** What was accepted last for each field of each target, by the records that are kept; newest first. */
function writtenIn(book: Book, rows: readonly Row[]): ReadonlyMap<string, Fields> {
  const targets = new Map<string, Map<string, Fields[number]>>();
  for (const { n } of rows) {
    const story = book.story(n);
    for (const { action, outcome, causes } of story?.deliveries.toReversed() ?? []) {
      if (outcome.kind !== 'accepted') continue;
      const { connection, object, key } = action;
      const target = [`${connection}/${object}`, ...Object.entries(key).map((pair) => pair.join('='))].join(
        ' ',
      );
      const fields = targets.get(target) ?? new Map<string, Fields[number]>();
      targets.set(target, fields);
      for (const [name, value] of Object.entries(action.fields))
        if (!fields.has(name)) fields.set(name, { name, value, at: story?.tries.at(-1)?.at, causes, n });
    }
  }
  return new Map([...targets].map(([target, fields]) => [target, [...fields.values()]]));
}

/** What is known of a person, and what was done for them as far as the book goes back. Throws `store.*` faults. */
export async function personView(
  id: string,
  book: Book,
  store: StateStore,
  rules: CompiledRules,
  now: () => number,
): Promise<PersonView> {
  const found = (await store.read([id])).get(id);
  if (found?.ok === false) throw found.fault;
  const state = found?.value.state;
  const rows = rowsOf(book, id);
  const written = writtenIn(book, rows);
  return {
    id,
    known: state !== undefined,
    standing: state ? standingOf(state, rules) : [],
    values: [...(state?.values ?? [])].map(([path, { value, at }]) => ({ path, value, at })),
    targets: [...written].map(([target, fields]) => ({ target, fields })),
    aliases: state?.aliases.size ?? 0,
    why: await whyViews(id, book, store, now),
    rows: rows.slice(0, MOST_ROWS),
    more: rows.length > MOST_ROWS,
  };
}
