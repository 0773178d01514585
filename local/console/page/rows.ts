import type { EndingName } from '../../../shared/core/ports.js';
import type { Row } from '../told.js';

/** The latest rows a page was told of, in bounded memory: the newest takes the place of the oldest. */
export interface Rows {
  /** Rows from `first` to `last` may be there. */
  readonly first: number;
  readonly last: number;
  at(n: number): Row | undefined;
  /** Takes in rows that are new or have changed. */
  apply(rows: readonly Row[]): void;
  /** Forgets everything, for a run that began anew; `capacity` rows are kept from now on. */
  reset(capacity: number): void;
}

/** No rows yet. */
export function createRows(capacity: number): Rows {
  let most = capacity;
  let slots: (Row | undefined)[] = [];
  let [first, last] = [1, 0];
  return {
    get first() {
      return first;
    },
    get last() {
      return last;
    },
    at(n) {
      const row = slots[n % most];
      // Numbers that were never told of leave older rows in their slots.
      return row?.n === n && n >= first ? row : undefined;
    },
    apply(rows) {
      for (const row of rows) {
        // One that was pushed out here may still be told of.
        if (row.n <= last - most) continue;
        slots[row.n % most] = row;
        if (row.n > last) last = row.n;
        first = Math.max(first, last - most + 1);
      }
    },
    reset(size) {
      most = size;
      slots = [];
      [first, last] = [1, 0];
    },
  };
}

/** Which rows are wanted; an empty text and no endings want all. */
export interface Filter {
  readonly endings: ReadonlySet<EndingName>;
  readonly text: string;
}

/** Whether a filter leaves anything out. */
export const isActive = ({ endings, text }: Filter): boolean => endings.size > 0 || text.trim() !== '';

const holds = (value: string | undefined, words: string): boolean =>
  value?.toLowerCase().includes(words) ?? false;

/** Whether a row is wanted: of one of the endings, and with the text somewhere in what its line says. */
export function isWanted(row: Row, { endings, text }: Filter): boolean {
  if (endings.size > 0 && !endings.has(row.ending)) return false;
  const words = text.trim().toLowerCase();
  if (words === '') return true;
  const { person, id, source, code, connection, edges, rules } = row;
  return [person, id, source, code, connection, ...edges, ...rules].some((value) => holds(value, words));
}

/** The numbers of wanted rows up to one, oldest first. */
export function wanted(rows: Rows, filter: Filter, upTo: number): readonly number[] {
  const found: number[] = [];
  for (let n = rows.first; n <= upTo; n++) {
    const row = rows.at(n);
    if (row && isWanted(row, filter)) found.push(n);
  }
  return found;
}
