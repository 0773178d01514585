import type { Json } from '../shared/core/ports.js';
import type { Action } from '../shared/core/remote.js';
import { printable } from './printable.js';

/** Longest text of a value. */
const MOST = 200;

/** A value as people read it: texts bare where that is clear. */
export const valueText = (value: Json): string =>
  printable(
    typeof value === 'string' && /^[^\s"].*[^\s"]$|^[^\s"]$/.test(value) ? value : JSON.stringify(value),
    MOST,
  );

/** What an action is about, in a line: `upsert sales/Contact AEP_Id__c=C-1`. */
export function titleOf({ operation, connection, object, list, key }: Omit<Action, 'fields'>): string {
  const address = Object.entries(key).map(([name, value]) => `${name}=${value}`);
  const place = list === undefined ? [] : [`list ${list}`];
  return printable([operation, `${connection}/${object}`, ...place, ...address].join(' '));
}
