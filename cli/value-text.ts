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

/** An instant of epoch microseconds, as exact as it is. */
export function timeText(micros: number): string {
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  const rest = micros % 1000;
  return rest === 0 ? iso.replace('.000Z', 'Z') : iso.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
