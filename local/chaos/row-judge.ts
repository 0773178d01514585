import { compare, type Difference, type Rows } from '../demo/oracle.js';
import type { Row } from '../demo/oracle-rules.js';
import type { Violation } from './judge.js';
import { unexplained } from './open-oracle.js';
import type { Truth } from './truth.js';
import type { World } from './world.js';

/** Rows that the CRM refuses whatever they say are not there, and their persons' records end as rejected. */
export function withPoison(expected: Rows, { poison }: World): Rows {
  const healthy = <V>(map: ReadonlyMap<string, V>): Map<string, V> =>
    new Map([...map].filter(([key]) => !poison.has(key)));
  const without = (set: ReadonlySet<string>): Set<string> =>
    new Set([...set].filter((key) => !poison.has(key)));
  const { contacts, entries, rejected } = expected;
  return {
    ...expected,
    contacts: healthy(contacts),
    entries: { lower: without(entries.lower), upper: without(entries.upper) },
    rejected: new Set([...rejected, ...poison.keys()]),
  };
}

const wrongRow = ({ object, key, field, expected, actual }: Difference): Violation => ({
  // A row that is not there is a change that was lost; anything else is one that was not made as it must be.
  kind: field === '(row)' && actual.startsWith('0 rows') ? 'lost' : 'wrong',
  text: `${object} ${key} ${field}: expected ${expected}, found ${actual}`,
  key,
});

const keyIn = (row: Row): string => String(row['AEP_Id__c']);

/** One of the rows that there may be must be there. */
function judgeOpen({ expected, open }: Truth, contacts: readonly Row[]): Difference[] {
  const entries = { lower: new Set<string>(), upper: new Set<string>() };
  return [...open].flatMap(([key, alternatives]) => {
    const found = contacts.filter((row) => keyIn(row) === key);
    const differences = alternatives.map((row) => {
      const wanted = new Map(row === undefined ? [] : [[key, row]]);
      return compare({ ...expected, contacts: wanted, entries }, { contacts: found, entries: [] });
    });
    return differences.some((list) => list.length === 0) ? [] : (differences[0] ?? []);
  });
}

/** A row under a key that was not the best stays as it was last written; nothing in it may be anybody else's. */
function judgeLesser({ lesser }: Truth, contacts: readonly Row[]): Violation[] {
  return contacts.flatMap((row): Violation[] => {
    const key = keyIn(row);
    const said = lesser.get(key);
    const field = said && unexplained(row, said);
    if (field === undefined) return [];
    const text = `Contact ${key} ${field}: no record of the person says ${JSON.stringify(row[field])}`;
    return [{ kind: 'wrong', text, key }];
  });
}

/** Who must have entered has a row under one of their keys. */
function judgeEntered(
  { entered, also }: Truth,
  entries: readonly Row[],
  poison: World['poison'],
): Violation[] {
  const keys = new Set(entries.map(keyIn));
  return [...entered].flatMap((key): Violation[] =>
    poison.has(key) || [key, ...(also.get(key) ?? [])].some((one) => keys.has(one))
      ? []
      : [{ kind: 'lost', text: `Audience_Entry__c of ${key}: no row under any of the person's keys`, key }],
  );
}

/** Compares the rows of the CRM with what must be there. */
export function judgeRows(truth: Truth, { crm, poison }: World): Violation[] {
  const { expected, open, lesser } = truth;
  const rowsOf = (object: string): Row[] => [...crm.rows(object).values()];
  const [contacts, entries] = [rowsOf('Contact'), rowsOf('Audience_Entry__c')];
  const plain = contacts.filter((row) => !open.has(keyIn(row)) && !lesser.has(keyIn(row)));
  const differences = [...compare(expected, { contacts: plain, entries }), ...judgeOpen(truth, contacts)];
  return [
    ...differences.map(wrongRow),
    ...judgeLesser(truth, contacts),
    ...judgeEntered(truth, entries, poison),
  ];
}
