import { type Filter, isActive, type Rows, wanted } from './rows.js';

/** The rows of a list, newest first, by their place in it. */
export interface List {
  readonly length: number;
  /** Number of the row at a place. */
  at(index: number): number | undefined;
  /** Place of a row; -1 when it is not in the list. */
  indexOf(n: number): number;
}

/** Every row up to one. */
function everything(rows: Rows, top: number): List {
  return {
    length: Math.max(0, top - rows.first + 1),
    at: (index) => (top - index >= rows.first ? top - index : undefined),
    indexOf: (n) => (n < rows.first || n > top ? -1 : top - n),
  };
}

function some(found: readonly number[]): List {
  return {
    length: found.length,
    at: (index) => found[found.length - 1 - index],
    indexOf: (n) => {
      const at = found.indexOf(n);
      return at < 0 ? -1 : found.length - 1 - at;
    },
  };
}

/** The wanted rows up to one. */
export const listOf = (rows: Rows, filter: Filter, top: number): List =>
  isActive(filter) ? some(wanted(rows, filter, top)) : everything(rows, top);
