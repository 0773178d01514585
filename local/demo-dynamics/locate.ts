import type { Answer } from '../vendor-answer.js';
import { refusal } from './answer.js';
import type { Rows } from './rows.js';
import { own, type Table, type Tables } from './tables.js';

/** What an address speaks of. Without `key` it is the table itself; without `id` there is no such row yet. */
export interface Located {
  readonly name: string;
  readonly table: Table;
  readonly key?: { readonly column: string; readonly value: string };
  readonly id?: string;
}

const ADDRESS = /^(\w+)(?:\((?:(\w+)=)?(?:'((?:[^']|'')*)'|([0-9A-Za-z-]+))\))?$/s;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** These break the parser of key addresses, encoded or not. */
const UNFIT = /[/#<>*%&:\\?+]/;

const syntax = (): Answer => refusal(400, '0x8006088a', 'Bad Request - Error in query syntax.');

/** Finds what an address, decoded, speaks of, or says why it speaks of nothing. */
export function locate(tables: Tables, rows: Rows, address: string): Located | Answer {
  const [, name = '', column, quoted, bare] = ADDRESS.exec(address) ?? [];
  if (name === '') return syntax();
  const table = own(tables, name);
  if (table === undefined) return refusal(404, '0x8006088a', `Resource not found for the segment '${name}'.`);
  if (quoted === undefined && bare === undefined) return { name, table };
  const value = quoted === undefined ? (bare ?? '') : quoted.replaceAll("''", "'");
  if (UNFIT.test(value) || value === '') return syntax();
  if (column === undefined || column === table.id) {
    const id = value.toLowerCase();
    if (quoted !== undefined || !GUID.test(id)) return syntax();
    return { name, table, key: { column: table.id, value: id }, ...(rows.get(name, id) && { id }) };
  }
  const isText = own(table.columns, column)?.type === 'text';
  if (!table.keys.includes(column) || isText !== (quoted !== undefined)) {
    const text = `The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.${table.logical}'.`;
    return refusal(400, '0x80060888', text);
  }
  const id = rows.find(name, column, value);
  return { name, table, key: { column, value }, ...(id !== undefined && { id }) };
}
