import { ENDINGS, type EndingName, type Ledger, type Settlement } from '../core/ports.js';

/**
 * Counts one batch. `records` comes from decoding, the endings from the settlements: two independent counts, and the
 * promise is that they agree. A difference is a broken program, so it throws rather than being logged and forgotten.
 */
export function countLedger(
  messages: number,
  records: number,
  settlements: readonly Settlement[],
  counts: Pick<Ledger, 'calls' | 'rows' | 'accepted' | 'suppressed'>,
): Ledger {
  const endings = emptyEndings();
  let ended = 0;
  for (const { endings: list } of settlements) {
    for (const { name } of list) endings[name]++;
    ended += list.length;
  }
  if (ended !== records) throw new Error(`${records} records came in but ${ended} endings were given`);
  return { messages, records, endings, ...counts };
}

/** Every ending at zero. */
export const emptyEndings = (): Record<EndingName, number> =>
  // One entry per name of the closed list, so the record is complete.
  Object.fromEntries(ENDINGS.map((name) => [name, 0])) as Record<EndingName, number>;

/** Why records did not come through: fault code → how many. */
export function countFaults(settlements: readonly Settlement[]): Readonly<Record<string, number>> {
  const faults: Record<string, number> = {};
  for (const { endings } of settlements) {
    for (const { fault } of endings) if (fault) faults[fault.code] = (faults[fault.code] ?? 0) + 1;
  }
  return faults;
}
