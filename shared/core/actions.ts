import type { Action, StateAction } from './action-schema.js';
import {
  type CompiledAction,
  type CompiledField,
  type CompiledSend,
  DELETED,
  LISTED,
  type Row,
} from './compiled.js';
import type { FileScope } from './file-scope.js';
import { canonical } from './fingerprint.js';
import { readerOf } from './reader.js';
import type { RulesFile } from './rules.js';
import type { FilePath } from './scope.js';
import { type FieldSource, isConstant } from './source.js';

/** The rows of a file, shared by all actions that address them in the same way. */
export interface RowBook {
  readonly scope: FileScope;
  readonly file: RulesFile;
  readonly rows: Map<string, Row>;
  /** Field of a row → all sources that fill it. */
  readonly sources: ReadonlyMap<string, ReadonlySet<string>>;
  /** Rows that some action deletes, by {@link placeId}: the others need not say that they are there. */
  readonly deletable: ReadonlySet<string>;
}

/** Where actions stand in the file. */
interface Place {
  readonly book: RowBook;
  readonly order: number;
  readonly at: FilePath;
}

/** An action as the compiler sees it, whatever its kind. */
interface Wish {
  readonly word: 'upsert' | 'update' | 'add to' | 'remove from' | 'delete';
  readonly target: string;
  readonly list: string | undefined;
  readonly match: StateAction['match'];
  readonly set: Readonly<Record<string, FieldSource>>;
}

function wishOf(action: StateAction): Wish {
  const { match } = action;
  const list = undefined;
  if ('upsert' in action) return { word: 'upsert', target: action.upsert, list, match, set: action.set };
  if ('update' in action) return { word: 'update', target: action.update, list, match, set: action.set };
  if ('delete' in action) return { word: 'delete', target: action.delete, list, match, set: {} };
  if ('add to' in action) {
    return { word: 'add to', target: action['add to'], list: action.list, match, set: action.set };
  }
  return { word: 'remove from', target: action['remove from'], list: action.list, match, set: {} };
}

/** Actions with the same id are about the same row, whoever the person is. */
const rowId = ({ target, list, match }: Wish): string => canonical([target, list ?? null, match]);

/** Actions with the same id may lead to the same row of the target, whatever their `match` takes its value from. */
const placeId = ({ target, list, match }: Wish): string =>
  canonical([target, list ?? null, Object.keys(match)]);

const fieldId = (wish: Wish, name: string): string => JSON.stringify([rowId(wish), name]);

const isState = (action: Action): action is StateAction => !('send' in action);

/** Looks over all actions of a file before the first is compiled. */
export function rowBook(file: RulesFile, scope: FileScope): RowBook {
  const sources = new Map<string, Set<string>>();
  const deletable = new Set<string>();
  const everything = [
    ...file.rules.flatMap((rule) => [...rule.do.filter(isState), ...(rule.otherwise ?? [])]),
    ...(file.consent?.withdrawn ?? []),
  ];
  for (const wish of everything.map(wishOf)) {
    if (wish.word === 'delete') deletable.add(placeId(wish));
    for (const [name, source] of Object.entries(wish.set)) {
      const id = fieldId(wish, name);
      sources.set(id, (sources.get(id) ?? new Set()).add(canonical(source)));
    }
  }
  return { scope, file, rows: new Map(), sources, deletable };
}

function rowOf(wish: Wish, { book, at }: Place): Row {
  const { scope, file } = book;
  const [connection = '', object = ''] = wish.target.split('/');
  const known = Object.hasOwn(file.connections, connection) ? file.connections[connection] : undefined;
  if (!known) scope.unknown([...at, wish.word], 'connection', connection, Object.keys(file.connections));
  else if (wish.word === 'delete' && !known.allow?.includes('delete')) {
    scope.find(
      [...at, 'delete'],
      `deletes rows, which connection "${connection}" must permit: allow: [delete]`,
    );
  }
  // The schema wants exactly one field.
  const [[match, source] = ['', { key: true as const }]] = Object.entries(wish.match);
  const address = readerOf(source, scope, [...at, 'match', match]);
  const id = rowId(wish);
  const made = book.rows.get(id) ?? {
    connection,
    object,
    match,
    list: wish.list,
    start: `${connection}/${wish.list === undefined ? object : `${object}#${wish.list}`}/${match}=`,
    address,
    index: book.rows.size,
    slots: [],
  };
  book.rows.set(id, made);
  return made;
}

function slotOf(row: Row, name: string): number {
  const known = row.slots.indexOf(name);
  return known >= 0 ? known : row.slots.push(name) - 1;
}

interface Field {
  readonly name: string;
  readonly source: FieldSource;
}

/** What an action says of the row beside its fields. */
function standingOf(wish: Wish, book: RowBook): readonly Field[] {
  const says = (name: string, value: boolean): Field[] => [{ name, source: { value } }];
  switch (wish.word) {
    case 'add to':
      return says(LISTED, true);
    case 'remove from':
      return says(LISTED, false);
    case 'delete':
      return says(DELETED, true);
    default:
      return book.deletable.has(placeId(wish)) ? says(DELETED, false) : [];
  }
}

function fieldsOf(wish: Wish, row: Row, { book, order, at }: Place): CompiledField[] {
  const named = Object.entries(wish.set).map(([name, source]) => ({ name, source }));
  return [...standingOf(wish, book), ...named].map(({ name, source }) => ({
    slot: slotOf(row, name),
    live: {
      read: readerOf(source, book.scope, [...at, 'set', name]),
      order,
      active: true,
      until: 0,
      at: 0,
      since: 0,
    },
    constant: isConstant(source),
    contested: (book.sources.get(fieldId(wish, name))?.size ?? 0) > 1,
  }));
}

/** Compiles the state-like actions of a list; `at` is where the list stands. */
export function compileActions(actions: readonly Action[], place: Place): readonly CompiledAction[] {
  const made: CompiledAction[] = [];
  for (const [i, action] of actions.entries()) {
    if (!isState(action)) continue;
    const here = { ...place, at: [...place.at, i] };
    const wish = wishOf(action);
    const row = rowOf(wish, here);
    const again = made.some((other) => other.row === row);
    made.push({ row, mayCreate: wish.word === 'upsert', again, fields: fieldsOf(wish, row, here) });
  }
  return made;
}

/** Compiles the event-like actions of a list. */
export function compileSends(
  actions: readonly Action[],
  { book: { scope, file }, at }: Place,
): readonly CompiledSend[] {
  return actions.flatMap((action, place) => {
    if (isState(action)) return [];
    const [connection = '', object = ''] = action.send.split('/');
    if (!Object.hasOwn(file.connections, connection)) {
      scope.unknown([...at, place, 'send'], 'connection', connection, Object.keys(file.connections));
    }
    const fields = Object.entries(action.set).map(([name, source]) => ({
      name,
      read: readerOf(source, scope, [...at, place, 'set', name]),
    }));
    return [{ connection, object, fields, place }];
  });
}
